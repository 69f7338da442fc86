package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.revocation.ledger.CountedStatements;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.Target;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R1, on H2: a first offline session that is stored after its user has lost a role. */
class OfflineAccessLossesTest {

  private final List<CountedStatements> connections = new ArrayList<>();

  private TestDatabase database;
  private LedgerDatabase ledger;
  private OfflineAccessLosses losses;

  /** Seconds since any moment. */
  private long now = 1_000;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    sql(
        "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), USER_ID VARCHAR(255),"
            + " REALM_ID VARCHAR(36), OFFLINE_FLAG VARCHAR(4))");
    ledger = new LedgerDatabase(this::connect, SqlDialect.H2, "");
    losses = new OfflineAccessLosses(ledger, () -> TimeUnit.SECONDS.toNanos(now));
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  @Test
  void aSessionThatIsStoredSoonAfterwardsIsFoundOnce() throws Exception {
    losses.add(loss("r", "ann"));
    losses.add(loss("r", "ben"));
    losses.add(loss("q", "ann"));
    now += 1;
    losses.round();
    assertThat(found()).isEmpty();
    store("r", "ann", true);
    store("r", "ben", false);
    now += 2;
    losses.round();
    losses.round();
    now += 60;
    losses.round();
    assertThat(found()).containsExactly("ROLE_REVOKED r ann");
  }

  /** A login that stalls. */
  @Test
  void aSessionThatIsStoredWithinAMinuteIsFound() throws Exception {
    losses.add(loss("r", "ann"));
    losses.add(loss("r", "ben"));
    now += 20;
    losses.round();
    store("r", "ann", true);
    now += 40;
    losses.round();
    assertThat(found()).containsExactly("ROLE_REVOKED r ann");
    store("r", "ben", true);
    now += 600;
    losses.round();
    assertThat(found()).as("nothing is remembered for longer").hasSize(1);
  }

  @Test
  void aLaterLossOfTheSameUserIsLookedAtFromItsOwnTimeOn() throws Exception {
    losses.add(loss("r", "ann"));
    now += 50;
    losses.round();
    losses.add(loss("r", "ann"));
    now += 20;
    losses.round();
    store("r", "ann", true);
    now += 40;
    losses.round();
    assertThat(found()).hasSize(1);
  }

  /** R7: a node on which nobody loses anything asks nothing. */
  @Test
  void noneIsDueMeansNoStatement() throws Exception {
    losses.round();
    losses.add(loss("r", "ann"));
    losses.round();
    assertThat(connections).isEmpty();
    now += 60;
    losses.round();
    assertThat(connections).hasSize(1);
    losses.round();
    assertThat(connections).hasSize(1);
  }

  @Test
  void theOldestIsForgottenWhenThereAreTooMany() throws Exception {
    for (int i = 0; i <= OfflineAccessLosses.MAX; i++) {
      losses.add(loss("r", "u" + i));
    }
    store("r", "u0", true);
    store("r", "u1", true);
    store("r", "u" + OfflineAccessLosses.MAX, true);
    now += 1;
    losses.round();
    assertThat(found())
        .containsExactlyInAnyOrder(
            "ROLE_REVOKED r u1", "ROLE_REVOKED r u" + OfflineAccessLosses.MAX);
  }

  @Test
  void whatCouldNotBeLookedForIsLookedForAgain() throws Exception {
    losses.add(loss("r", "ann"));
    store("r", "ann", true);
    now += 1;
    sql("ALTER TABLE BULWARK_REVOCATION_SCOPE RENAME TO AWAY");
    assertThatThrownBy(losses::round).isInstanceOf(SQLException.class);
    sql("ALTER TABLE AWAY RENAME TO BULWARK_REVOCATION_SCOPE");
    losses.round();
    assertThat(found()).containsExactly("ROLE_REVOKED r ann");
  }

  private static Ending loss(String realm, String user) {
    return new Endings("ROLE_REVOKED", 1).user(realm, user);
  }

  private void store(String realm, String user, boolean offline) throws SQLException {
    sql(
        "INSERT INTO OFFLINE_USER_SESSION VALUES ('s', '%s', '%s', '%s')"
            .formatted(user, realm, offline ? "1" : "0"));
  }

  private List<String> found() throws SQLException {
    try (Connection connection = database.open()) {
      return ledger.endings().all(connection).stream()
          .map(
              ending ->
                  ending.cause()
                      + " "
                      + ending.realmId()
                      + " "
                      + ((Target.User) ending.target()).userId())
          .toList();
    }
  }

  private Connection connect() throws SQLException {
    CountedStatements counted = new CountedStatements(database.open());
    connections.add(counted);
    return counted.connection();
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = database.open();
        Statement run = connection.createStatement()) {
      run.execute(statement);
    }
  }
}
