package dev.bulwark.events.outbox;

import dev.bulwark.events.record.EventRecord;
import jakarta.persistence.Column;
import jakarta.persistence.MappedSuperclass;
import org.jspecify.annotations.NullUnmarked;

/** The columns of an event, whether it waits or is tried no more. */
@MappedSuperclass
@NullUnmarked
public abstract class StoredEvent {

  /** Longest {@link #getEventId}, in characters. */
  public static final int MAX_EVENT_ID = 36;

  @Column(name = "EVENT_ID", length = MAX_EVENT_ID, nullable = false)
  private String eventId;

  @Column(name = "REALM_ID", length = 36, nullable = false)
  private String realmId;

  @Column(name = "ORDER_KEY", length = 255, nullable = false)
  private String orderKey;

  @Column(name = "CREATED_AT", nullable = false)
  private long createdAt;

  @Column(name = "ATTEMPTS", nullable = false)
  private int attempts;

  @Column(name = "BODY", nullable = false)
  private String body;

  /** For Hibernate. */
  protected StoredEvent() {}

  StoredEvent(String eventId, String realmId, String orderKey, long createdAt, String body) {
    this.eventId = eventId;
    this.realmId = realmId;
    this.orderKey = orderKey;
    this.createdAt = createdAt;
    this.body = body;
  }

  /** Has what another one has. */
  StoredEvent(StoredEvent other) {
    this(other.eventId, other.realmId, other.orderKey, other.createdAt, other.body);
    this.attempts = other.attempts;
  }

  public String getEventId() {
    return eventId;
  }

  public String getRealmId() {
    return realmId;
  }

  /** Events of the same one are sent one after the other, if it {@link #isOrdered}. */
  public String getOrderKey() {
    return orderKey;
  }

  /** Whether the event waits for earlier ones with its order key. */
  public boolean isOrdered() {
    return !orderKey.endsWith(EventRecord.ANY_ORDER);
  }

  /** Epoch milliseconds at which the event happened. */
  public long getCreatedAt() {
    return createdAt;
  }

  /** Attempts that count against it. */
  public int getAttempts() {
    return attempts;
  }

  void countAttempt() {
    attempts++;
  }

  /** JSON as it is sent. */
  public String getBody() {
    return body;
  }
}
