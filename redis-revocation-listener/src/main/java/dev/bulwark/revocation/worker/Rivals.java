package dev.bulwark.revocation.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Notices another installation that writes to the same Redis under the same prefix. Each would call
 * Redis complete without knowing what the other has revoked.
 *
 * <p>The leading node has the lease of its database, so nobody else of its installation announces
 * itself to Redis meanwhile. One that was halted before it announced itself does so late, but once:
 * only a second time tells of another installation. Not thread-safe.
 */
final class Rivals {

  /** For so long nobody may have announced itself, for this node to be alone again. */
  static final Duration FORGET_AFTER = Duration.ofSeconds(60);

  private @Nullable Moment last;
  private boolean found;

  /**
   * Notes that somebody announced itself while this node had the lease.
   *
   * @return whether this is the first that is known of another installation
   */
  boolean seen(Moment now) {
    boolean before = found;
    found = isRecent(now);
    last = now;
    return found && !before;
  }

  /** Returns whether another installation is there; the watermark may not be written then. */
  boolean present(Moment now) {
    found = found && isRecent(now);
    return found;
  }

  private boolean isRecent(Moment now) {
    Moment before = last;
    return before != null && now.isBefore(before.plus(FORGET_AFTER));
  }
}
