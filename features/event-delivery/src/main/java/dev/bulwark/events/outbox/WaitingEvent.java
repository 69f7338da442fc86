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
    name = "bulwarkEventAfter",
    query =
        "select e.id, e.orderKey, e.nextAt from WaitingEvent e where e.orderKey > :after"
            + WaitingEvent.NOT_HELD
            + " order by e.orderKey, e.id")
@NamedQuery(
    name = "bulwarkEventBetween",
    query =
        "select e.id, e.orderKey, e.nextAt from WaitingEvent e where e.orderKey > :after"
            + " and e.orderKey <= :upTo"
            + WaitingEvent.NOT_HELD
            + " order by e.orderKey, e.id")
@NamedQuery(name = "bulwarkEventOfIds", query = "select e from WaitingEvent e where e.id in (:ids)")
@NamedQuery(name = "bulwarkEventCount", query = "select count(e) from WaitingEvent e")
@NamedQuery(
    name = "bulwarkEventCrowded",
    query = "select e.orderKey from WaitingEvent e group by e.orderKey having count(e) > :share")
@NamedQuery(
    name = "bulwarkEventTooOld",
    query = "select e from WaitingEvent e where e.createdAt < :before order by e.id")
@NamedQuery(
    name = "bulwarkEventRange",
    query = "select min(e.id), max(e.id), min(e.createdAt) from WaitingEvent e")
@NullUnmarked
public class WaitingEvent extends StoredEvent {

  /** One that has to wait keeps back those after it, unless they leave in any order. */
  static final String NOT_HELD = " and (e.nextAt <= :now or e.orderKey not like :anyOrder)";

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Column(name = "ID")
  private Long id;

  @Column(name = "NEXT_AT", nullable = false)
  private long nextAt;

  /** For Hibernate. */
  protected WaitingEvent() {}

  /**
   * Makes one that is due at once.
   *
   * @param createdAt epoch milliseconds
   */
  public WaitingEvent(
      String eventId, String realmId, String orderKey, long createdAt, String body) {
    super(eventId, realmId, orderKey, createdAt, body);
  }

  public Long getId() {
    return id;
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
      countAttempt();
    }
  }
}
