package dev.bulwark.checker;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What all primaries say.
 *
 * @param marks by the watermark's key
 * @param realms those whose states were read
 */
record Watermarks(Map<String, Mark> marks, Set<String> realms) {

  /**
   * What one primary says.
   *
   * @param completeUntil {@link RedisAnswer#NEVER} if it does not
   * @param epoch of its present life, as Keycloak writes it; empty if it has none
   * @param states by the name of the realm, as far as they were read and are there
   */
  record Mark(long completeUntil, String epoch, Map<String, RealmState> states) {

    /** Returns the mark with the state of one more realm. */
    Mark with(String realm, @Nullable RealmState state) {
      if (state == null) {
        return this;
      }
      Map<String, RealmState> more = new HashMap<>(states);
      more.put(realm, state);
      return new Mark(completeUntil, epoch, more);
    }
  }

  /** Returns what all primaries together say of a realm; null if one of them says nothing. */
  @Nullable RealmState state(String realm) {
    RealmState whole = null;
    for (Mark mark : marks.values()) {
      RealmState state = mark.states().get(realm);
      if (state == null) {
        return null;
      }
      whole = whole == null ? state : whole.and(state);
    }
    return whole;
  }

  /** Of all primaries, since a token may be on any. */
  long completeUntil() {
    return marks.values().stream().mapToLong(Mark::completeUntil).min().orElse(RedisAnswer.NEVER);
  }

  /**
   * Whether no primary has lost anything since: it bears a watermark, which has not gone back (a
   * replica has taken over that had less), and the epoch is the same (it was not emptied and filled
   * again).
   */
  boolean continues(Watermarks before) {
    return completeUntil() != RedisAnswer.NEVER
        && marks.keySet().equals(before.marks.keySet())
        && marks.entrySet().stream()
            .allMatch(mark -> continues(before.marks.get(mark.getKey()), mark.getValue()));
  }

  private static boolean continues(@Nullable Mark before, Mark now) {
    return before != null
        && before.completeUntil <= now.completeUntil
        && before.epoch.equals(now.epoch);
  }
}
