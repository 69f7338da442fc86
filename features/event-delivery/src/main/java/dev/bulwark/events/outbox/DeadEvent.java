package dev.bulwark.events.outbox;

import dev.bulwark.delivery.ReceiverRow;
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
@NamedQuery(
    name = "bulwarkDeadEventOfRealmBefore",
    query =
        "select d from DeadEvent d where d.realmId = :realm and d.createdAt < :before"
            + " order by d.id")
@NamedQuery(
    name = "bulwarkDeadEventDelete",
    query = "delete from DeadEvent d where d.realmId = :realm and d.createdAt < :before")
@NamedQuery(
    name = "bulwarkDeadEventTooOld",
    query = "select d from DeadEvent d where d.createdAt < :before order by d.createdAt")
@NamedQuery(name = "bulwarkDeadEventCount", query = "select count(d) from DeadEvent d")
@NamedQuery(
    name = "bulwarkDeadEventCountOfRealm",
    query = "select count(d) from DeadEvent d where d.realmId = :realm")
@NullUnmarked
public class DeadEvent extends StoredEvent {

  @Id
  @Column(name = "ID")
  private Long id;

  @Column(name = "REASON", length = ReceiverRow.MAX_REASON, nullable = false)
  private String reason;

  /** For Hibernate. */
  protected DeadEvent() {}

  /**
   * Makes one of an event that waited.
   *
   * @param reason why it is not tried any more; cut at 255 characters
   */
  public DeadEvent(WaitingEvent event, String reason) {
    super(event);
    this.id = event.getId();
    this.reason = ReceiverRow.storable(reason);
  }

  /**
   * Returns the same event as one that is due at once.
   *
   * @param now epoch milliseconds; the time for its delivery begins anew
   */
  public WaitingEvent revived(long now) {
    return new WaitingEvent(getEventId(), getRealmId(), getOrderKey(), now, getBody());
  }

  public String getReason() {
    return reason;
  }
}
