package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.rules.Suspect;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which change of Keycloak's tables makes a token suspected; a real Keycloak is in the ITs. */
class SuspectedTokensTest {

  private static final long NOW = 2_000_000_000;
  private static final Window ALL = new Window(NOW, null);

  private TestDatabase database;
  private LedgerDatabase ledger;
  private Connection connection;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    ledger = database.ledger();
    connection = database.open();
    // The columns that are read, as in Keycloak's changelogs.
    sql(
        "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), REALM_ID VARCHAR(36),"
            + " OFFLINE_FLAG VARCHAR(4), CREATED_ON INT, LAST_SESSION_REFRESH INT, REMEMBER_ME"
            + " BOOLEAN)");
    sql(
        "CREATE TABLE OFFLINE_CLIENT_SESSION (USER_SESSION_ID VARCHAR(36), CLIENT_ID VARCHAR(255),"
            + " OFFLINE_FLAG VARCHAR(4))");
    sql(
        "CREATE TABLE USER_ENTITY (ID VARCHAR(36), REALM_ID VARCHAR(255), ENABLED BOOLEAN,"
            + " NOT_BEFORE INT)");
    sql(
        "CREATE TABLE CLIENT (ID VARCHAR(36), REALM_ID VARCHAR(36), ENABLED BOOLEAN, NOT_BEFORE"
            + " INT)");
    sql(
        "CREATE TABLE REALM (ID VARCHAR(36), ENABLED BOOLEAN, NOT_BEFORE INT, REMEMBER_ME BOOLEAN,"
            + " SSO_IDLE_TIMEOUT INT, SSO_MAX_LIFESPAN INT, SSO_IDLE_TIMEOUT_REMEMBER_ME INT,"
            + " SSO_MAX_LIFESPAN_REMEMBER_ME INT, OFFLINE_SESSION_IDLE_TIMEOUT INT)");

    sql("INSERT INTO REALM VALUES ('r', TRUE, 0, TRUE, 1000, 5000, 2000, 0, 3000)");
    sql("INSERT INTO USER_ENTITY VALUES ('u', 'r', TRUE, 0)");
    sql("INSERT INTO CLIENT VALUES ('c', 'r', TRUE, NULL)");
    for (String flag : List.of("0", "1")) {
      sql(
          "INSERT INTO OFFLINE_USER_SESSION VALUES ('s', 'r', '%s', %d, %d, FALSE)"
              .formatted(flag, NOW - 500, NOW - 400));
      sql("INSERT INTO OFFLINE_CLIENT_SESSION VALUES ('s', 'c', '%s')".formatted(flag));
    }
    insert(token("on", "u", "c", "s"));
    insert(token("of", "u", "c", "s"));
    insert(token("nt", "u", "other", "s"));
    insert(token("ft", "u", "other", "s"));
    insert(token("tr", "u", "c", null));
    sql("INSERT INTO CLIENT VALUES ('other', 'r', TRUE, 0)");
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
    database.close();
  }

  @Test
  void whatIsSupportedIsNotSuspected() throws Exception {
    insert(token("on", "f:ldap:1", "f:store:1", "s"));
    insert(token("on", "lightweight-1", "c", "s"));
    assertThat(suspects(true)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DELETE FROM OFFLINE_USER_SESSION WHERE OFFLINE_FLAG = '0' | nt on | SESSION_GONE",
        "DELETE FROM OFFLINE_USER_SESSION WHERE OFFLINE_FLAG = '1' | ft of | SESSION_GONE",
        "DELETE FROM OFFLINE_CLIENT_SESSION WHERE OFFLINE_FLAG = '0' | on | CLIENT_SESSION_GONE",
        "DELETE FROM OFFLINE_CLIENT_SESSION WHERE OFFLINE_FLAG = '1' | of | CLIENT_SESSION_GONE",
        "UPDATE OFFLINE_USER_SESSION SET CREATED_ON = 1999999902 WHERE OFFLINE_FLAG = '0' | nt on |"
            + " SESSION_RESTARTED",
        "UPDATE OFFLINE_USER_SESSION SET CREATED_ON = 1999999901 | '' | ''",
        "UPDATE REALM SET REMEMBER_ME = FALSE | '' | ''",
        "UPDATE REALM SET SSO_IDLE_TIMEOUT = 400 | nt on | SESSION_IDLE",
        "UPDATE REALM SET SSO_IDLE_TIMEOUT = 401 | '' | ''",
        "UPDATE REALM SET SSO_IDLE_TIMEOUT = 0 | '' | ''",
        "UPDATE REALM SET OFFLINE_SESSION_IDLE_TIMEOUT = 400 | ft of | SESSION_IDLE",
        "UPDATE REALM SET SSO_IDLE_TIMEOUT = 2000000000 | '' | ''",
        "UPDATE REALM SET SSO_MAX_LIFESPAN = 500 | nt on | SESSION_EXPIRED",
        "DELETE FROM REALM | ft nt of on tr | REALM_GONE",
        "UPDATE REALM SET ENABLED = FALSE | ft nt of on tr | REALM_DISABLED",
        "UPDATE REALM SET NOT_BEFORE = 1999999901 | ft nt of on tr | REALM_NOT_BEFORE",
        "UPDATE REALM SET NOT_BEFORE = 1999999900 | '' | ''",
        "DELETE FROM CLIENT WHERE ID = 'other' | ft nt | CLIENT_GONE",
        "UPDATE CLIENT SET ENABLED = FALSE WHERE ID = 'c' | of on tr | CLIENT_DISABLED",
        "UPDATE CLIENT SET NOT_BEFORE = 1999999901 WHERE ID = 'c' | of on tr | CLIENT_NOT_BEFORE",
        "DELETE FROM USER_ENTITY | ft nt of on tr | USER_GONE",
        "UPDATE USER_ENTITY SET ENABLED = FALSE | ft nt of on tr | USER_DISABLED",
        "UPDATE USER_ENTITY SET NOT_BEFORE = 1999999901 | ft nt of on tr | USER_NOT_BEFORE"
      })
  void aChangeMakesItsTokensSuspected(String change, String types, String cause) throws Exception {
    sql(change);
    List<Suspect> suspects = suspects(true);
    assertThat(
            suspects.stream()
                .map(suspect -> suspect.token().type().code())
                .distinct()
                .sorted()
                .reduce((a, b) -> a + " " + b)
                .orElse(""))
        .isEqualTo(types);
    // A realm that is gone has no expiry either; whatever comes first is told.
    assertThat(suspects).allMatch(suspect -> suspect.cause().equals(cause));
  }

  @Test
  void aRememberedSessionHasItsOwnIdleTimeAndEndsWhenRememberingIsOff() throws Exception {
    sql(
        "UPDATE OFFLINE_USER_SESSION SET REMEMBER_ME = TRUE, LAST_SESSION_REFRESH = 1999998500"
            + " WHERE OFFLINE_FLAG = '0'");
    assertThat(suspects(true)).isEmpty();
    sql("UPDATE REALM SET REMEMBER_ME = FALSE");
    assertThat(suspects(true))
        .extracting(Suspect::cause)
        .containsExactly("REMEMBER_ME_OFF", "REMEMBER_ME_OFF");
  }

  @Test
  void tokensOutsideOfTheWindowAreLeftOut() throws Exception {
    sql("DELETE FROM USER_ENTITY");
    SuspectedTokens tokens = ledger.suspectedTokens(true);
    assertThat(tokens.find(connection, new Window(NOW + 300, null), "", NOW, 10).suspects())
        .isEmpty();
    assertThat(tokens.find(connection, new Window(NOW, NOW + 299), "", NOW, 10).suspects())
        .isEmpty();
    assertThat(tokens.find(connection, new Window(NOW + 299, NOW + 300), "", NOW, 10).suspects())
        .hasSize(5);
    assertThat(tokens.count(connection, new Window(NOW + 299, NOW + 300))).isEqualTo(5);
  }

  /** Not a suspicion: an event has said that the session ended. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "s | '' | true | ''",
        "s | DELETE FROM OFFLINE_USER_SESSION WHERE OFFLINE_FLAG = '0' | true | nt on",
        "s | DELETE FROM OFFLINE_USER_SESSION WHERE OFFLINE_FLAG = '0' | false | ''",
        "s | DELETE FROM OFFLINE_USER_SESSION WHERE OFFLINE_FLAG = '1' | false | ft of",
        "s | DELETE FROM OFFLINE_USER_SESSION | true | ft nt of on",
        "another | '' | true | ft nt of on"
      })
  void theTypesOfASessionThatIsGone(
      String sessionId, String change, boolean onlineIsStored, String types) throws Exception {
    if (!change.isEmpty()) {
      sql(change);
    }
    assertThat(
            ledger.sessions().goneTypes(connection, sessionId, onlineIsStored).stream()
                .map(SessionType::code)
                .sorted()
                .collect(Collectors.joining(" ")))
        .isEqualTo(types);
  }

  @Test
  void whereSessionsAreNotStoredEveryOnlineTokenIsSuspected() throws Exception {
    assertThat(suspects(false))
        .extracting(suspect -> suspect.token().type())
        .containsExactlyInAnyOrder(SessionType.ONLINE, SessionType.ONLINE_USER_SESSION);
  }

  @Test
  void theRealmOfTokensOfWhichKeycloakHasNoRowIsCheckedToo() throws Exception {
    sql("UPDATE REALM SET ENABLED = FALSE");
    insert(token("tr", "f:ldap:1", "f:store:1", null));
    insert(token("tr", "lightweight-1", "c", null));
    insert(token("tr", "f:ldap:2", "c", null));
    insert(token("tr", "u", "f:store:1", null));
    assertThat(suspects(true))
        .filteredOn(suspect -> suspect.token().type() == SessionType.TRANSIENT)
        .extracting(Suspect::cause)
        .containsOnly("REALM_DISABLED")
        .hasSize(5);
  }

  @Test
  void windowsCoverTheLedgerOnce() throws Exception {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      LedgerToken token = token("on", "user" + i, "c", "s", NOW - 100, NOW + 1 + i / 3);
      insert(token);
      all.add(token.jti());
    }
    SuspectedTokens tokens = ledger.suspectedTokens(true);
    List<String> found = new ArrayList<>();
    long rows = 0;
    Window window = tokens.window(connection, NOW, 7);
    while (true) {
      rows += tokens.count(connection, window);
      tokens
          .find(connection, window, "", NOW, 100)
          .suspects()
          .forEach(s -> found.add(s.token().jti()));
      Long end = window.end();
      if (end == null) {
        break;
      }
      // Seven, and the others of the last second: three or five have the same.
      assertThat(tokens.count(connection, window)).isBetween(7L, 11L);
      window = tokens.window(connection, end, 7);
      assertThat(window.after()).isEqualTo(end);
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(all);
    assertThat(rows).isEqualTo(55);
  }

  @Test
  void pagesOfAWindowHaveItsSuspectsOnce() throws Exception {
    sql("DELETE FROM USER_ENTITY");
    SuspectedTokens tokens = ledger.suspectedTokens(true);
    List<String> found = new ArrayList<>();
    String after = "";
    while (after != null) {
      SuspectedTokens.Page page = tokens.find(connection, ALL, after, NOW, 2);
      page.suspects().forEach(suspect -> found.add(suspect.token().jti()));
      after = page.lastJti();
    }
    assertThat(found).hasSize(5).isSorted().doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "false, 0, 5000",
    "false, 50000000, 5000",
    "true, 0, 500000",
    "true, 1000000, 500000",
    "true, 1500000, 750000",
    "true, 50000000, 1000000"
  })
  void theRowsOfAWindow(boolean joinsByHash, long size, int rows) {
    assertThat(new SuspectedTokens("", true, joinsByHash).windowRows(size)).isEqualTo(rows);
  }

  /** As after an import that replaces a realm while no server runs. */
  @Test
  void theTokensOfARealmThatWasReplacedWithAllItsIdsAreFound() throws Exception {
    sql(
        "INSERT INTO REALM SELECT 'new', ENABLED, NOT_BEFORE, REMEMBER_ME, SSO_IDLE_TIMEOUT,"
            + " SSO_MAX_LIFESPAN, SSO_IDLE_TIMEOUT_REMEMBER_ME, SSO_MAX_LIFESPAN_REMEMBER_ME,"
            + " OFFLINE_SESSION_IDLE_TIMEOUT FROM REALM");
    sql("DELETE FROM REALM WHERE ID = 'r'");
    for (String table : List.of("USER_ENTITY", "CLIENT")) {
      sql("UPDATE " + table + " SET REALM_ID = 'new'");
    }
    assertThat(suspects(true)).hasSize(5).allMatch(suspect -> suspect.cause().equals("REALM_GONE"));
  }

  @Test
  void settledTokensLeaveTheLedger() throws Exception {
    sql("DELETE FROM USER_ENTITY");
    List<Suspect> suspects = suspects(true);
    ledger.tokens().delete(connection, suspects.stream().limit(3).map(Suspect::token).toList());
    assertThat(suspects(true)).hasSize(suspects.size() - 3);
  }

  private int number;

  private LedgerToken token(String type, String user, String client, @Nullable String session) {
    return token(type, user, client, session, NOW - 100);
  }

  private LedgerToken token(
      String type, String user, String client, @Nullable String session, long issuedAt) {
    return token(type, user, client, session, issuedAt, NOW + 300);
  }

  private LedgerToken token(
      String type,
      String user,
      String client,
      @Nullable String session,
      long issuedAt,
      long expiresAt) {
    return new LedgerToken(
        type + "rtxx:" + number++,
        SessionType.ofCode(type),
        "r",
        user,
        client,
        session,
        null,
        issuedAt,
        expiresAt);
  }

  private void insert(LedgerToken token) throws SQLException {
    ledger.tokens().insert(connection, List.of(token));
  }

  private List<Suspect> suspects(boolean sessionsInDatabase) throws SQLException {
    return ledger
        .suspectedTokens(sessionsInDatabase)
        .find(connection, ALL, "", NOW, 100)
        .suspects();
  }

  private void sql(String text) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
