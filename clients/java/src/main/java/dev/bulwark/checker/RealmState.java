package dev.bulwark.checker;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Keycloak says about revocation in one realm.
 *
 * @param since from when on it knows every token of the realm, milliseconds since 1970
 * @param held up to when the realm's revocations are complete while it cannot decide about some of
 *     its tokens, milliseconds since 1970; {@link Long#MAX_VALUE} if it can
 * @param doubtful ids of tokens about which it cannot decide now
 */
record RealmState(long since, long held, Set<String> doubtful) {

  private static final String NOT_HELD = "-";

  /** Reads {@code since held id…}; null if there is none, or if somebody else wrote it. */
  static @Nullable RealmState parse(@Nullable String text) {
    if (text == null) {
      return null;
    }
    List<String> fields = List.of(text.split(" ", -1));
    if (fields.size() < 2) {
      return null;
    }
    long since = RedisAnswer.time(fields.get(0));
    boolean held = !fields.get(1).equals(NOT_HELD);
    long until = held ? RedisAnswer.time(fields.get(1)) : Long.MAX_VALUE;
    return since == RedisAnswer.NEVER || until == RedisAnswer.NEVER
        ? null
        : new RealmState(since, until, Set.copyOf(fields.subList(2, fields.size())));
  }

  /** Returns what holds if one primary of a cluster says this, and another one the other. */
  RealmState and(RealmState other) {
    Set<String> both = new HashSet<>(doubtful);
    both.addAll(other.doubtful);
    return new RealmState(Math.max(since, other.since), Math.min(held, other.held), both);
  }

  /** Returns the realm of an issuer, the last segment of its path; null if there is none. */
  static @Nullable String realmOf(@Nullable String issuer) {
    if (issuer == null) {
      return null;
    }
    String segment = issuer.substring(issuer.lastIndexOf('/') + 1);
    if (segment.isEmpty()) {
      return null;
    }
    try {
      // A plus sign is one in a path, while URLDecoder reads a form.
      return segment.indexOf('%') < 0
          ? segment
          : URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
