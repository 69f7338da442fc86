package dev.bulwark.events.outbox;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/** An event that is not tried any more: a dead letter. */
@Entity
@Table(name = "BULWARK_DEAD_EVENT")
@NamedQuery(
    name = "bulwarkDeadEventOfRealm",
    query = "select d from DeadEvent d where d.realmId = :realm order by d.id")
@NamedQuery(
    name = "bulwarkDeadEventOne",
    query = "select d from DeadEvent d where d.realmId = :realm and d.eventId = :event")
@NamedQuery(name = "bulwarkDeadEventCount", query = "select count(d) from DeadEvent d")
@NullUnmarked
public class DeadEvent {

  /** Longest {@link #getReason}, in characters. */
  private static final int MAX_REASON = 255;

  @Id
  @Column(name = "ID")
  private Long id;

  @Column(name = "EVENT_ID", length = 36, nullable = false)
  private String eventId;

  @Column(name = "REALM_ID", length = 36, nullable = false)
  private String realmId;

  @Column(name = "ORDER_KEY", length = 255, nullable = false)
  private String orderKey;

  @Column(name = "CREATED_AT", nullable = false)
  private long createdAt;

  @Column(name = "ATTEMPTS", nullable = false)
  private int attempts;

  @Column(name = "REASON", length = MAX_REASON, nullable = false)
  private String reason;

  @Column(name = "BODY", nullable = false)
  private String body;

  /** For Hibernate. */
  protected DeadEvent() {}

  /**
   * Makes one of an event that waited.
   *
   * @param reason why it is not tried any more; cut at 255 characters
   */
  public DeadEvent(WaitingEvent event, String reason) {
    this.id = event.getId();
    this.eventId = event.getEventId();
    this.realmId = event.getRealmId();
    this.orderKey = event.getOrderKey();
    this.createdAt = event.getCreatedAt();
    this.attempts = event.getAttempts();
    this.reason = reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
    this.body = event.getBody();
  }

  /** Returns the same event as one that is due at once. */
  public WaitingEvent revived(long now) {
    return new WaitingEvent(eventId, realmId, orderKey, now, body);
  }

  public String getEventId() {
    return eventId;
  }

  /** Epoch milliseconds at which the event happened. */
  public long getCreatedAt() {
    return createdAt;
  }

  public int getAttempts() {
    return attempts;
  }

  public String getReason() {
    return reason;
  }

  /** JSON as it would be sent. */
  public String getBody() {
    return body;
  }
}
