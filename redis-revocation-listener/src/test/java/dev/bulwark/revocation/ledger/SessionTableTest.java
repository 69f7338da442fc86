package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R1, on H2: whether the loss of a role can end tokens of a user. */
class SessionTableTest {

  /** The user has no live token: a refresh before the commit of the loss would make one. */
  @ParameterizedTest
  @CsvSource({"ann, r, true", "ben, r, false", "cyn, r, false", "ann, other, false"})
  void anOfflineSessionIsFoundByItsUserAndRealm(String user, String realm, boolean found)
      throws Exception {
    try (TestDatabase database = new TestDatabase();
        Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      createTable(statement);
      statement.execute(
          "INSERT INTO OFFLINE_USER_SESSION VALUES ('1', 'ann', 'r', '0'), ('1', 'ann', 'r', '1'),"
              + " ('2', 'ann', 'r', '1'), ('3', 'ben', 'r', '0')");
      SessionTable sessions = new SessionTable(SqlDialect.H2, "");
      assertThat(sessions.hasOffline(connection, user, realm, 1)).isEqualTo(found);
    }
  }

  /** It comes with the transaction that asks. */
  @Test
  void anOfflineSessionOfTheSameTransactionIsFound() throws Exception {
    try (TestDatabase database = new TestDatabase();
        Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      createTable(statement);
      connection.setAutoCommit(false);
      statement.execute("INSERT INTO OFFLINE_USER_SESSION VALUES ('1', 'ann', 'r', '1')");
      SessionTable sessions = new SessionTable(SqlDialect.H2, "");
      assertThat(sessions.hasOffline(connection, "ann", "r", 1)).isTrue();
      connection.rollback();
      assertThat(sessions.hasOffline(connection, "ann", "r", 1)).isFalse();
    }
  }

  /** R7: of many users at once it says the same as of each. */
  @Test
  void ofManyUsersItTellsWhichHaveAnOfflineSession() throws Exception {
    try (TestDatabase database = new TestDatabase();
        Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      createTable(statement);
      statement.execute(
          "INSERT INTO OFFLINE_USER_SESSION SELECT 's' || X, 'u' || X, 'r' || MOD(X, 2), MOD(X, 3)"
              + " FROM SYSTEM_RANGE(1, 1500)");
      SessionTable sessions = new SessionTable(SqlDialect.H2, "");
      List<SessionTable.Owner> users =
          IntStream.rangeClosed(1, 1_501)
              .mapToObj(i -> new SessionTable.Owner("r1", "u" + i))
              .toList();
      Set<SessionTable.Owner> found = sessions.withOffline(connection, users);
      assertThat(found).hasSize(250);
      for (SessionTable.Owner user : users) {
        assertThat(found.contains(user))
            .as("%s", user)
            .isEqualTo(sessions.hasOffline(connection, user.userId(), user.realmId(), 1));
      }
    }
  }

  /** R7: of many sessions at once it says the same as of each. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofManySessionsItTellsWhichTypesAreGone(boolean onlineIsStored) throws Exception {
    try (TestDatabase database = new TestDatabase();
        Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      createTable(statement);
      statement.execute(
          "INSERT INTO OFFLINE_USER_SESSION SELECT 's' || X, 'u', 'r', MOD(X / 2, 2)"
              + " FROM SYSTEM_RANGE(1, 1500) WHERE MOD(X, 3) > 0");
      statement.execute(
          "INSERT INTO OFFLINE_USER_SESSION VALUES ('both', 'u', 'r', '0'), ('both', 'u', 'r', '1')");
      List<String> ids =
          Stream.concat(Stream.of("both"), IntStream.range(0, 1_600).mapToObj(i -> "s" + i))
              .toList();
      SessionTable sessions = new SessionTable(SqlDialect.H2, "");
      Map<String, Set<SessionType>> gone = sessions.goneTypes(connection, ids, onlineIsStored);
      assertThat(gone).hasSize(ids.size());
      for (String id : ids) {
        assertThat(gone.get(id))
            .as(id)
            .isEqualTo(sessions.goneTypes(connection, id, onlineIsStored));
      }
    }
  }

  /** The columns that are read, as in Keycloak's changelogs. */
  private static void createTable(Statement statement) throws SQLException {
    statement.execute(
        "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), USER_ID VARCHAR(255),"
            + " REALM_ID VARCHAR(36), OFFLINE_FLAG VARCHAR(4))");
  }
}
