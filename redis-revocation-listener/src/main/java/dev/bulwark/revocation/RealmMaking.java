package dev.bulwark.revocation;

import dev.bulwark.revocation.ledger.SwitchTable;
import dev.bulwark.revocation.sql.Savepoint;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.connections.jpa.JpaConnectionProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Switches a realm on in the transaction that makes it: no token of it was issued before, so all of
 * its tokens are in the ledger. It needs no running service: realms are imported before it starts.
 */
final class RealmMaking {

  private static final Logger LOG = Logger.getLogger(RealmMaking.class);

  private final KeycloakSession session;
  private final @Nullable RevocationService service;

  RealmMaking(KeycloakSession session, @Nullable RevocationService service) {
    this.session = session;
    this.service = service;
  }

  /** A realm that is to be on has been made. Never throws. */
  void made(RealmModel realm) {
    String id = realm.getId();
    String name = realm.getName();
    long since = 1000L * Time.currentTime();
    try {
      session
          .getProvider(JpaConnectionProvider.class)
          .getEntityManager()
          .unwrap(Session.class)
          .doWork(connection -> switchOn(connection, id, since));
    } catch (RuntimeException e) {
      LOG.warnf(
          e,
          "Revocation could not be switched on with realm %s. It is half a minute later. Check the"
              + " database.",
          name);
      return;
    }
    RevocationService running = service;
    if (running != null) {
      AfterCommit.run(
          session, session.getTransactionManager(), () -> running.introduce(id, name, since));
    }
  }

  private void switchOn(Connection connection, String id, long since) throws SQLException {
    Optional<SqlDialect> dialect = SqlDialect.of(connection.getMetaData().getDatabaseProductName());
    if (dialect.isEmpty()) {
      return;
    }
    SwitchTable table = new SwitchTable(dialect.get(), schema());
    Savepoint.guarded(
        dialect.get(),
        connection,
        () -> {
          // One of the same id may have been removed just now.
          table.switchOff(connection, id);
          table.switchOn(connection, id, since);
          return true;
        });
  }

  private String schema() {
    JpaConnectionProviderFactory jpa =
        (JpaConnectionProviderFactory)
            session.getKeycloakSessionFactory().getProviderFactory(JpaConnectionProvider.class);
    String schema = jpa.getSchema();
    return schema == null ? "" : schema + ".";
  }
}
