package dev.bulwark.delivery;

import dev.bulwark.http.Backoff;
import jakarta.persistence.Column;
import jakarta.persistence.MappedSuperclass;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;

/**
 * The row of a receiver, which the node that delivers to it locks ({@link RowLock}). It has for how
 * long all nodes leave the receiver alone.
 */
@MappedSuperclass
@NullUnmarked
public abstract class ReceiverRow {

  /**
   * No pause is longer: ten minutes at most if a receiver asks for it, and a minute for clocks that
   * differ. What is to wait longer was written by a node whose clock was ahead, and is due.
   */
  public static final Duration MAX_PAUSE = Backoff.MAX_ASKED.plusMinutes(1);

  /** Longest {@link #getReason}, in characters. */
  public static final int MAX_REASON = 255;

  @Column(name = "NEXT_AT", nullable = false)
  private long nextAt;

  @Column(name = "FAILURES", nullable = false)
  private int failures;

  @Column(name = "FAILING_SINCE", nullable = false)
  private long failingSince;

  @Column(name = "REASON", length = MAX_REASON)
  private String reason;

  /** For Hibernate, and for a receiver that is due at once. */
  protected ReceiverRow() {}

  /**
   * How long the receiver is still left alone; zero for not at all.
   *
   * @param now epoch milliseconds
   */
  public Duration pause(long now) {
    long left = nextAt - now;
    return left <= 0 || left > MAX_PAUSE.toMillis() ? Duration.ZERO : Duration.ofMillis(left);
  }

  /**
   * Whether it may be called.
   *
   * @param now epoch milliseconds
   */
  public boolean isDue(long now) {
    return pause(now).isZero();
  }

  /** When it may be called again, epoch milliseconds. */
  public long getNextAt() {
    return nextAt;
  }

  /** Rounds in a row without a delivery. */
  public int getFailures() {
    return failures;
  }

  /** Epoch milliseconds; 0 if it does not fail. */
  public long getFailingSince() {
    return failingSince;
  }

  /** Outcome of the last attempt; null if it does not fail. */
  public String getReason() {
    return reason;
  }

  /** It has taken a message: a pause that another node has written is over. */
  public void recordSuccess() {
    nextAt = 0;
    failures = 0;
    failingSince = 0;
    reason = null;
  }

  /**
   * A round says that it is at fault.
   *
   * @param now epoch milliseconds
   * @param until when it may be called again
   */
  public void recordFailure(long now, long until, String outcome) {
    nextAt = until;
    failures++;
    failingSince = failingSince == 0 ? now : failingSince;
    reason = storable(outcome);
  }

  /** Returns a reason as it fits into its column. A control character is none for any database. */
  public static String storable(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= MAX_REASON ? plain : plain.substring(0, MAX_REASON);
  }
}
