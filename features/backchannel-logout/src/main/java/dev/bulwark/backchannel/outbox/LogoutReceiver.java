package dev.bulwark.backchannel.outbox;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/**
 * A client that gets notices. The node that delivers to it locks the row; the database frees it
 * when the transaction of the node ends, however it ends: no clock and no lease is needed.
 */
@Entity
@Table(name = "BULWARK_LOGOUT_RECEIVER")
@NamedQuery(
    name = "bulwarkReceiverDue",
    query =
        "select r.clientId from LogoutReceiver r where (r.nextAt <= :now or r.nextAt > :latestDue)"
            + " and (exists (select n.id from LogoutNotice n where n.clientId = r.clientId"
            + " and n.state = 'WAITING' and n.nextAt <= :now)"
            // Two conditions: each is along the index.
            + " or exists (select f.id from LogoutNotice f where f.clientId = r.clientId"
            + " and f.state = 'WAITING' and f.nextAt > :latestDue))")
@NamedQuery(
    name = "bulwarkReceiverUnknown",
    query =
        "select distinct n.clientId, n.realmId from LogoutNotice n where n.state = 'WAITING'"
            + " and not exists (select r.clientId from LogoutReceiver r"
            + " where r.clientId = n.clientId)")
@NamedQuery(
    name = "bulwarkReceiverOfRealm",
    query = "select r from LogoutReceiver r where r.realmId = :realm order by r.clientId")
@NullUnmarked
public class LogoutReceiver {

  @Id
  @Column(name = "CLIENT_ID", length = 36)
  private String clientId;

  @Column(name = "REALM_ID", length = 36, nullable = false)
  private String realmId;

  @Column(name = "NEXT_AT", nullable = false)
  private long nextAt;

  @Column(name = "FAILURES", nullable = false)
  private int failures;

  @Column(name = "FAILING_SINCE", nullable = false)
  private long failingSince;

  @Column(name = "REASON", length = LogoutNotice.MAX_REASON)
  private String reason;

  /** For Hibernate. */
  protected LogoutReceiver() {}

  /** Makes one that is due at once. */
  public LogoutReceiver(String clientId, String realmId) {
    this.clientId = clientId;
    this.realmId = realmId;
  }

  /** Keycloak's own id of the client. */
  public String getClientId() {
    return clientId;
  }

  /** When it may be called again, epoch milliseconds. */
  public long getNextAt() {
    return nextAt;
  }

  /**
   * Whether it may be called.
   *
   * @param now epoch milliseconds
   */
  public boolean isDue(long now) {
    return nextAt <= now || nextAt > LogoutOutbox.latestDue(now);
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

  /** It has acknowledged a notice. */
  public void recordSuccess() {
    nextAt = 0;
    failures = 0;
    failingSince = 0;
    reason = null;
  }

  /**
   * It has acknowledged nothing.
   *
   * @param now epoch milliseconds
   * @param until when it may be called again
   */
  public void recordFailure(long now, long until, String outcome) {
    nextAt = until;
    failures++;
    failingSince = failingSince == 0 ? now : failingSince;
    reason = LogoutNotice.truncated(outcome);
  }

  /** It may be called at once. */
  public void retry() {
    nextAt = 0;
  }
}
