package dev.bulwark.redis.limit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt, and where it counts.
 *
 * @param id unique among all attempts of all nodes
 * @param addressKey key of the address
 * @param accountKey key of the account; null where the attempt names none
 * @param limits the limits that hold for it
 */
public record Attempt(String id, String addressKey, @Nullable String accountKey, Limits limits) {

  private static final char SEPARATOR = '\n';

  /** A key, how many attempts it may hold, and what it stands for. */
  record Counter(String key, int limit, Scope scope) {}

  /** Where the attempt counts: not where any number is allowed. At most two. */
  List<Counter> counters() {
    List<Counter> counters = new ArrayList<>(2);
    if (limits.perAddress() > 0) {
      counters.add(new Counter(addressKey, limits.perAddress(), Scope.ADDRESS));
    }
    if (accountKey != null && limits.perAccount() > 0) {
      counters.add(new Counter(accountKey, limits.perAccount(), Scope.ACCOUNT));
    }
    return counters;
  }

  /** In one text, so that a later request can give the slot back ({@link #read}). */
  public String write() {
    return id + SEPARATOR + addressKey + SEPARATOR + (accountKey == null ? "" : accountKey);
  }

  /** The attempt that {@link #write} has written; null when the text is no such. */
  public static @Nullable Attempt read(String text, Limits limits) {
    String[] parts = text.split(String.valueOf(SEPARATOR), -1);
    return parts.length != 3
        ? null
        : new Attempt(parts[0], parts[1], parts[2].isEmpty() ? null : parts[2], limits);
  }
}
