package dev.bulwark.backchannel.outbox;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/**
 * The row that a node locks while it searches for expired sessions. The database frees it when the
 * transaction of the node ends, however it ends.
 */
@Entity
@Table(name = "BULWARK_LOGOUT_LOCK")
@NullUnmarked
public class SearchLock {

  /** Id of the only row, which the change log inserts. */
  public static final String ID = "search";

  @Id
  @Column(name = "ID", length = 36)
  private String id;

  /** For Hibernate. */
  protected SearchLock() {}
}
