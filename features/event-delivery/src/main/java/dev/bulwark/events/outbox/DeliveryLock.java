package dev.bulwark.events.outbox;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;

/**
 * The row that a node locks while it delivers. The database frees it when the transaction of the
 * node ends, however it ends: no clock and no lease is needed. It also has for how long all nodes
 * leave the receiver alone.
 */
@Entity
@Table(name = "BULWARK_EVENT_LOCK")
@NullUnmarked
public class DeliveryLock {

  /** Id of the only row, which the change log inserts. */
  public static final String ID = "webhook";

  @Id
  @Column(name = "ID", length = 36)
  private String id;

  @Column(name = "NOT_BEFORE", nullable = false)
  private long notBefore;

  @Column(name = "FAILURES", nullable = false)
  private int failures;

  /** For Hibernate. */
  protected DeliveryLock() {}

  /**
   * How long the receiver is still left alone; 0 for not at all.
   *
   * @param now epoch milliseconds
   * @param longest longer than any pause: an end that is further ahead was written by a node with a
   *     wrong clock, and counts as none
   */
  public Duration pause(long now, Duration longest) {
    long left = notBefore - now;
    return left <= 0 || left > longest.toMillis() ? Duration.ZERO : Duration.ofMillis(left);
  }

  /** Rounds without success since the last one that had some. */
  public int getFailures() {
    return failures;
  }

  /**
   * A round had no success.
   *
   * @param until epoch milliseconds to which the receiver is left alone
   */
  public void failed(long until) {
    notBefore = until;
    failures++;
  }

  /** A round had a success: a pause that another node has written is over. */
  public void succeeded() {
    notBefore = 0;
    failures = 0;
  }
}
