package dev.bulwark.revocation.worker;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.jboss.logging.Logger;

/**
 * This node's clock, or the database's where that is behind. A node whose clock is ahead would take
 * live tokens for expired ones. Thread-safe.
 */
public final class LedgerClock extends Clock {

  private static final Logger LOG = Logger.getLogger(LedgerClock.class);

  /** Difference from which an operator should know, milliseconds. */
  private static final long WARN_DIFFERENCE = 2_000;

  /** Time between two log lines about it, milliseconds. */
  private static final long LOG_INTERVAL = 600_000;

  private final Clock own;
  private volatile long behind;
  private volatile long nextLog;

  /** Around the node's clock. */
  public LedgerClock(Clock own) {
    this.own = own;
  }

  /**
   * Compares both clocks.
   *
   * @param database the database's time, milliseconds since 1970
   * @param before the node's time before the database was asked, milliseconds since 1970
   */
  public void compare(long database, long before) {
    long after = own.millis();
    // Within these bounds the clocks may agree.
    long ahead = before - database;
    behind = Math.max(0, ahead);
    long difference = Math.max(ahead, database - after);
    if (difference > WARN_DIFFERENCE && after >= nextLog) {
      nextLog = after + LOG_INTERVAL;
      LOG.warnf(
          "The clocks of this node and of the database differ by %d ms, so tokens "
              + "and revocations expire at the wrong time. Synchronize the clocks (NTP).",
          difference);
    }
  }

  @Override
  public long millis() {
    return own.millis() - behind;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return own.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return own.withZone(zone);
  }
}
