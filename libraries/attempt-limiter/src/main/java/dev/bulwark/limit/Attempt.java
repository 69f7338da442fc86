package dev.bulwark.limit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One attempt, and where it counts: in the first of its pools that has room.
 *
 * @param id unique among all attempts of all nodes
 * @param pools at least one; the last needs no mark
 */
public record Attempt(String id, List<Pool> pools) {

  private static final char SEPARATOR = '\n';

  /** Copies the list. */
  public Attempt {
    pools = List.copyOf(pools);
  }

  /**
   * An attempt that counts at an address and an account.
   *
   * @param addressKey key of the address
   * @param accountKey key of the account; null where the attempt names none
   * @param limits the limits that hold for it; no window where any number is allowed
   */
  public Attempt(String id, String addressKey, @Nullable String accountKey, Limits limits) {
    this(id, List.of(Pool.of(windows(addressKey, accountKey, limits))));
  }

  private static List<Window> windows(
      String addressKey, @Nullable String accountKey, Limits limits) {
    List<Window> windows = new ArrayList<>(2);
    if (limits.perAddress() > 0) {
      windows.add(new Window(addressKey, limits.perAddress(), limits.window(), Scope.ADDRESS));
    }
    if (accountKey != null && limits.perAccount() > 0) {
      windows.add(new Window(accountKey, limits.perAccount(), limits.window(), Scope.ACCOUNT));
    }
    return windows;
  }

  /** The keys of all windows of all pools, each once. */
  public Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    for (Pool pool : pools) {
      pool.windows().forEach(window -> keys.add(window.key()));
    }
    return keys;
  }

  /** Whether nothing is limited. */
  boolean isUnlimited() {
    return pools.stream().allMatch(pool -> pool.windows().isEmpty());
  }

  /** In one text, so that a later request can give the slot back ({@link #read}). */
  public String write() {
    return id + SEPARATOR + String.join(String.valueOf(SEPARATOR), keys());
  }

  /**
   * The attempt that {@link #write} has written, good for giving its slots back only; null when the
   * text is no such.
   */
  public static @Nullable Attempt read(String text) {
    String[] parts = text.split(String.valueOf(SEPARATOR), -1);
    if (parts.length < 2 || Arrays.stream(parts).anyMatch(String::isEmpty)) {
      return null;
    }
    List<Window> windows = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      windows.add(new Window(parts[i], 1, Duration.ofSeconds(1), Scope.ADDRESS));
    }
    return new Attempt(parts[0], List.of(Pool.of(windows)));
  }
}
