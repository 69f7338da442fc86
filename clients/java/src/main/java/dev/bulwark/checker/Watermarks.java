package dev.bulwark.checker;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all primaries say.
 *
 * @param marks by the watermark's key
 */
record Watermarks(Map<String, Mark> marks) {

  /**
   * What one primary says.
   *
   * @param completeUntil {@link RedisAnswer#NEVER} if it does not
   * @param since from when on all tokens are known; {@link RedisAnswer#NEVER} if it does not say
   * @param epoch of its present life, as Keycloak writes it; empty if it has none
   */
  record Mark(long completeUntil, long since, String epoch) {}

  /** The latest of all primaries. */
  long since() {
    return marks.values().stream().mapToLong(Mark::since).max().orElse(RedisAnswer.NEVER);
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
