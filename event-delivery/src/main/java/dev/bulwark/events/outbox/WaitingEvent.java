package dev.bulwark.events.outbox;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/**
 * An event that waits for its delivery. The database gives the number at the insert: of two events
 * of a user, the one whose request came after the other's answer has the higher number, whichever
 * node wrote it.
 */
@Entity
@Table(name = "BULWARK_EVENT")
@NamedQuery(
    name = "bulwarkEventDue",
    query = "select e from WaitingEvent e where e.nextAt <= :now order by e.id")
@NamedQuery(
    name = "bulwarkEventHeld",
    query = "select distinct e.orderKey from WaitingEvent e where e.nextAt > :now")
@NamedQuery(
    name = "bulwarkEventTooOld",
    query = "select e from WaitingEvent e where e.createdAt < :before order by e.id")
@NamedQuery(
    name = "bulwarkEventRange",
    query = "select min(e.id), max(e.id), min(e.createdAt) from WaitingEvent e")
@NamedQuery(name = "bulwarkEventDelete", query = "delete from WaitingEvent e where e.id in :ids")
@NullUnmarked
public class WaitingEvent {

  /** Longest {@link #getEventId}, in characters. */
  public static final int MAX_EVENT_ID = 36;

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Column(name = "ID")
  private Long id;

  @Column(name = "EVENT_ID", length = MAX_EVENT_ID, nullable = false)
  private String eventId;

  @Column(name = "REALM_ID", length = 36, nullable = false)
  private String realmId;

  @Column(name = "ORDER_KEY", length = 255, nullable = false)
  private String orderKey;

  @Column(name = "CREATED_AT", nullable = false)
  private long createdAt;

  @Column(name = "NEXT_AT", nullable = false)
  private long nextAt;

  @Column(name = "ATTEMPTS", nullable = false)
  private int attempts;

  @Column(name = "BODY", nullable = false)
  private String body;

  /** For Hibernate. */
  protected WaitingEvent() {}

  /**
   * Makes one that is due at once.
   *
   * @param createdAt epoch milliseconds
   */
  public WaitingEvent(
      String eventId, String realmId, String orderKey, long createdAt, String body) {
    this.eventId = eventId;
    this.realmId = realmId;
    this.orderKey = orderKey;
    this.createdAt = createdAt;
    this.body = body;
  }

  public Long getId() {
    return id;
  }

  public String getEventId() {
    return eventId;
  }

  public String getRealmId() {
    return realmId;
  }

  public String getOrderKey() {
    return orderKey;
  }

  /** Epoch milliseconds at which the event happened. */
  public long getCreatedAt() {
    return createdAt;
  }

  public int getAttempts() {
    return attempts;
  }

  /**
   * Has it wait.
   *
   * @param until epoch milliseconds
   * @param counted whether the attempt counts against it
   */
  public void hold(long until, boolean counted) {
    nextAt = until;
    if (counted) {
      attempts++;
    }
  }

  /** JSON as it is sent. */
  public String getBody() {
    return body;
  }
}
