package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.push.MissedPushes;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the leader may say that Redis is complete. A response that was sent while Redis was
 * away did not wait for its revocations. So after an outage, a failed push or a new epoch, only a
 * round that began later knows all endings of before. What earlier rounds knew counts no more.
 *
 * <p>Moments are compared by their order, not by the clock. Not thread-safe.
 */
final class WatermarkGate {

  /** What a look at Redis has shown. */
  enum Finding {
    /** The node leads, or is back, since the last look: nothing is known about the time before. */
    NEW,
    /** A revocation may be missing in Redis although its response has been sent. */
    TROUBLE,
    /** All is as it was. */
    NOTHING
  }

  private @Nullable Look last;
  private @Nullable Moment openedAt;

  /**
   * Notes a successful look at Redis.
   *
   * @param missed number of {@link MissedPushes}, read before the look
   * @param epochs of the nodes
   */
  Finding see(long missed, SortedSet<String> epochs) {
    Look look = new Look(missed, new TreeSet<>(epochs));
    Look before = last;
    if (look.equals(before)) {
      return Finding.NOTHING;
    }
    last = look;
    openedAt = null;
    return before == null ? Finding.NEW : Finding.TROUBLE;
  }

  /** Opens for rounds that begin at this moment or later. */
  void openFrom(Moment moment) {
    openedAt = moment;
  }

  /**
   * Returns whether the watermark may be written.
   *
   * @param completeUntil begin of the round whose endings are all in Redis
   * @param missed number of {@link MissedPushes} now
   */
  boolean allows(Optional<Moment> completeUntil, long missed) {
    Look look = last;
    Moment opened = openedAt;
    return look != null
        && look.missed() == missed
        && opened != null
        && completeUntil.isPresent()
        && !completeUntil.get().isBefore(opened);
  }

  /** Forgets everything: another node leads, or another leader has announced itself in Redis. */
  void forget() {
    last = null;
    openedAt = null;
  }

  private record Look(long missed, SortedSet<String> epochs) {}
}
