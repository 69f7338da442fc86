package dev.bulwark.revocation;

import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.status.PartReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How revocation is in a realm where it is on, in the eyes of applications. Pure. */
final class RevocationPart {

  static final String PART = "revocation";

  /** A revocation is in Redis before the response, so one that waits for so long is stuck. */
  private static final Duration MAX_PENDING = Duration.ofSeconds(5);

  /** The default of the checkers: with an older heartbeat they answer 503. */
  private static final Duration MAX_COMPLETE_AGE = Duration.ofSeconds(60);

  /** Redis says each second up to when it is complete; an outage is seen before it does harm. */
  private static final Duration LATE = Duration.ofSeconds(10);

  private RevocationPart() {}

  /**
   * Reports.
   *
   * @param feed of now
   * @param isStalled whether the rounds of background work of this node do not end
   */
  static PartReport of(RevocationReport.Feed feed, boolean isStalled, Clock clock) {
    if (isStalled) {
      return PartReport.trouble(PART, "stalled");
    }
    if (!feed.configured()) {
      return PartReport.working(PART, "status-lists");
    }
    if (feed.feed() == null) {
      return PartReport.trouble(PART, "redis-away");
    }
    long now = clock.millis();
    long complete = feed.feed().completeUntil();
    if (complete == 0) {
      return PartReport.trouble(PART, "incomplete");
    }
    PartReport late = complete(now - complete, Instant.ofEpochMilli(complete));
    if (late.state() == PartReport.State.TROUBLE) {
      return late;
    }
    if (feed.feed().inDoubt() > 0) {
      return PartReport.trouble(PART, "in-doubt").with("tokens", feed.feed().inDoubt());
    }
    RevokedTable.Backlog backlog = feed.backlog();
    if (backlog != null && backlog.count() > 0 && now - backlog.oldest() > MAX_PENDING.toMillis()) {
      return PartReport.trouble(PART, "behind")
          .with("tokens", backlog.count())
          .with("since", Instant.ofEpochMilli(backlog.oldest()));
    }
    return late;
  }

  private static PartReport complete(long age, Instant until) {
    if (age > MAX_COMPLETE_AGE.toMillis()) {
      return PartReport.trouble(PART, "unknown").with("until", until);
    }
    return age > LATE.toMillis()
        ? PartReport.trouble(PART, "late").with("until", until)
        : PartReport.working(PART, "in-step").with("until", until);
  }
}
