package dev.bulwark.events.outbox;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/**
 * The row that a node locks while it delivers. The database frees it when the transaction of the
 * node ends, however it ends: no clock and no lease is needed.
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

  /** For Hibernate. */
  protected DeliveryLock() {}
}
