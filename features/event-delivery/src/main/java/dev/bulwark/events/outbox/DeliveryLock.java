package dev.bulwark.events.outbox;

import dev.bulwark.delivery.ReceiverRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/** The row of the receiver, which a node locks while it delivers. */
@Entity
@Table(name = "BULWARK_EVENT_LOCK")
@NullUnmarked
public class DeliveryLock extends ReceiverRow {

  /** Id of the only row, which the change log inserts. */
  public static final String ID = "webhook";

  @Id
  @Column(name = "ID", length = 36)
  private String id;

  /** For Hibernate. */
  protected DeliveryLock() {}
}
