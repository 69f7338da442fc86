package dev.bulwark.backchannel.outbox;

import dev.bulwark.delivery.ReceiverRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;

/** A client that gets notices. The node that delivers to it locks the row. */
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
public class LogoutReceiver extends ReceiverRow {

  @Id
  @Column(name = "CLIENT_ID", length = 36)
  private String clientId;

  @Column(name = "REALM_ID", length = 36, nullable = false)
  private String realmId;

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
}
