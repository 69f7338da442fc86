package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.JtiRange;
import dev.bulwark.revocation.rules.LastSeen;
import dev.bulwark.revocation.rules.LastSeen.Kind;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the second net reads; a real Keycloak is in the integration tests. */
class SecondNetTablesTest {

  private static final long NOW = 2_000_000_000;

  private TestDatabase database;
  private LedgerDatabase ledger;
  private Connection connection;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    ledger = database.ledger();
    connection = database.open();
    // The columns that are read, as in Keycloak's changelogs and in that of the API keys.
    sql(
        "CREATE TABLE CLIENT (ID VARCHAR(36), REALM_ID VARCHAR(36), CLIENT_ID VARCHAR(255),"
            + " PROTOCOL VARCHAR(255))",
        "CREATE TABLE CLIENT_SCOPE (ID VARCHAR(36), NAME VARCHAR(255), PROTOCOL VARCHAR(255))",
        "CREATE TABLE CLIENT_SCOPE_CLIENT (CLIENT_ID VARCHAR(255), SCOPE_ID VARCHAR(255))",
        "CREATE TABLE REALM (ID VARCHAR(36), NAME VARCHAR(255))",
        "CREATE TABLE REALM_ATTRIBUTE (NAME VARCHAR(255), VALUE CLOB, REALM_ID VARCHAR(36))",
        "CREATE TABLE ORG (ID VARCHAR(255), ENABLED BOOLEAN, REALM_ID VARCHAR(255),"
            + " GROUP_ID VARCHAR(255))",
        "CREATE TABLE USER_GROUP_MEMBERSHIP (GROUP_ID VARCHAR(36), USER_ID VARCHAR(36),"
            + " MEMBERSHIP_TYPE VARCHAR(255))",
        "CREATE TABLE USER_ENTITY (ID VARCHAR(36), FEDERATION_LINK VARCHAR(255))",
        "CREATE TABLE COMPONENT (ID VARCHAR(36), PROVIDER_TYPE VARCHAR(255), REALM_ID VARCHAR(36))",
        "CREATE TABLE COMPONENT_CONFIG (COMPONENT_ID VARCHAR(36), NAME VARCHAR(255), VALUE CLOB)",
        "CREATE TABLE CREDENTIAL (ID VARCHAR(36), CREDENTIAL_DATA CLOB)",
        "CREATE TABLE FED_USER_CREDENTIAL (ID VARCHAR(36), CREDENTIAL_DATA CLOB)",
        "CREATE TABLE BULWARK_API_KEY (ID VARCHAR(36), OWNER_TYPE VARCHAR(8), ENDS_AT BIGINT,"
            + " DATA VARCHAR(4000))",
        "CREATE TABLE REVOKED_TOKEN (ID VARCHAR(255), EXPIRE BIGINT)");
    sql(
        "INSERT INTO REALM VALUES ('r', 'app')",
        "INSERT INTO REALM_ATTRIBUTE VALUES ('organizationsEnabled', 'true', 'r')",
        "INSERT INTO CLIENT VALUES ('c', 'r', 'web', 'openid-connect')",
        "INSERT INTO CLIENT_SCOPE VALUES ('s', 'offline_access', 'openid-connect')",
        "INSERT INTO CLIENT_SCOPE_CLIENT VALUES ('c', 's')",
        "INSERT INTO ORG VALUES ('o', TRUE, 'r', 'g')",
        "INSERT INTO COMPONENT VALUES ('ldap', 'org.keycloak.storage.UserStorageProvider', 'r')",
        "INSERT INTO COMPONENT VALUES ('keys', 'org.keycloak.keys.KeyProvider', 'r')",
        "INSERT INTO COMPONENT_CONFIG VALUES ('keys', 'enabled', 'false')",
        "INSERT INTO COMPONENT_CONFIG VALUES ('ldap', 'enabled', 'true')");
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
    database.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CLIENT | UPDATE CLIENT SET CLIENT_ID = 'site' | c r site openid-connect on web openid-connect on",
        "CLIENT | UPDATE CLIENT SET PROTOCOL = 'saml' | c r web saml off web openid-connect on",
        "CLIENT | UPDATE CLIENT SET PROTOCOL = NULL | c r web  on web openid-connect on",
        "CLIENT | DELETE FROM CLIENT_SCOPE_CLIENT | c r web openid-connect off web openid-connect"
            + " on",
        "CLIENT | UPDATE CLIENT_SCOPE SET NAME = 'x' | c r web openid-connect off web"
            + " openid-connect on",
        "CLIENT | DELETE FROM CLIENT | c  gone web openid-connect on",
        "REALM | UPDATE REALM SET NAME = 'App' | r r App  hosts app  hosts",
        "REALM | INSERT INTO REALM_ATTRIBUTE VALUES ('frontendUrl', 'https://x', 'r') | r r app"
            + " https://x hosts app  hosts",
        "REALM | INSERT INTO REALM_ATTRIBUTE VALUES ('other', 'x', 'r') | ''",
        "ORGANIZATION | UPDATE ORG SET ENABLED = FALSE | o r off on",
        "ORGANIZATION | DELETE FROM ORG | o  gone on",
        "ORGANIZATIONS | UPDATE REALM_ATTRIBUTE SET VALUE = 'false' | r r off on",
        "USER_STORE | UPDATE COMPONENT_CONFIG SET VALUE = 'false' | ldap r off r on r",
        "USER_STORE | DELETE FROM COMPONENT_CONFIG | ''",
        "USER_STORE | DELETE FROM COMPONENT | ldap  gone on r",
        "KEY | DELETE FROM COMPONENT_CONFIG | keys r on r off r",
        "KEY | DELETE FROM COMPONENT | keys  gone off r"
      })
  void aChangeIsSeenOnce(Kind kind, String change, String expected) throws Exception {
    List<LastSeen> first = ledger.lastSeen().changed(connection, kind, "hosts", 10);
    assertThat(first).hasSize(1).allMatch(object -> object.before() == null);
    ledger.lastSeen().insert(connection, first);
    assertThat(seen(kind)).isEmpty();

    sql(change);
    assertThat(seen(kind)).isEqualTo(expected);
    for (LastSeen object : ledger.lastSeen().changed(connection, kind, "hosts", 10)) {
      ledger.lastSeen().put(connection, kind, object.id(), object.state());
    }
    for (LastSeen object : ledger.lastSeen().gone(connection, kind, 10)) {
      ledger.lastSeen().delete(connection, kind, object.id());
    }
    assertThat(seen(kind)).isEmpty();
  }

  @Test
  void otherHostsChangeEveryRealm() throws Exception {
    ledger
        .lastSeen()
        .insert(connection, ledger.lastSeen().changed(connection, Kind.REALM, "hosts", 10));
    assertThat(ledger.lastSeen().changed(connection, Kind.REALM, "other hosts", 10)).hasSize(1);
  }

  @Test
  void aNewObjectIsPut() throws Exception {
    ledger.lastSeen().put(connection, Kind.REALM, "r", "one");
    ledger.lastSeen().put(connection, Kind.REALM, "r", "two");
    assertThat(ledger.lastSeen().state(connection, Kind.REALM, "r")).contains("two");
    assertThat(ledger.lastSeen().state(connection, Kind.CLIENT, "r")).isEmpty();
  }

  private String seen(Kind kind) throws SQLException {
    StringBuilder text = new StringBuilder();
    for (List<LastSeen> some :
        List.of(
            ledger.lastSeen().changed(connection, kind, "hosts", 10),
            ledger.lastSeen().gone(connection, kind, 10))) {
      for (LastSeen object : some) {
        text.append(
            String.join(" ", object.id(), object.realmId(), object.state(), "" + object.before()));
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "ORGANIZATION, o, managed",
    "ORGANIZATION, other, ''",
    "ORGANIZATIONS, '', managed",
    "USER_STORE, ldap, f:ldap:1 gone imported",
    "USER_STORE, other, f:ldap:1 gone"
  })
  void aDoubtIsNarrowedToMembers(Members.Kind kind, String id, String users) throws Exception {
    sql(
        "INSERT INTO USER_ENTITY VALUES ('managed', NULL), ('guest', NULL), ('imported', 'ldap')",
        "INSERT INTO USER_GROUP_MEMBERSHIP VALUES ('g', 'managed', 'MANAGED')",
        "INSERT INTO USER_GROUP_MEMBERSHIP VALUES ('g', 'guest', 'UNMANAGED')");
    for (String user : List.of("managed", "guest", "imported", "gone", "f:ldap:1")) {
      ledger.tokens().insert(connection, List.of(token(user, user, null)));
    }
    List<LedgerToken> found =
        ledger
            .tokens()
            .candidates(
                connection,
                new Endings("T", 1).verifyMembers("r", new Members(kind, id)),
                null,
                NOW,
                10)
            .tokens();
    assertThat(String.join(" ", found.stream().map(LedgerToken::userId).sorted().toList()))
        .isEqualTo(users);
  }

  @Test
  void membersOfAnEndingAreKept() throws Exception {
    Members members = new Members(Members.Kind.USER_STORE, "ldap");
    Ending ending = new Endings("T", 1).verifyMembers("r", members);
    ledger.endings().insert(connection, List.of(ending));
    assertThat(ledger.endings().all(connection)).containsExactly(ending);
    assertThat(ending.requiresVerification()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT INTO CREDENTIAL VALUES ('k', '{\"active\":true}') | false",
        "INSERT INTO FED_USER_CREDENTIAL VALUES ('k', '{\"active\":true}') | false",
        "INSERT INTO CREDENTIAL VALUES ('other', '{}') | true",
        "INSERT INTO CREDENTIAL VALUES ('k', '{\"active\":false}') | true",
        "INSERT INTO CREDENTIAL VALUES ('k', '{\"tokensFrom\":5}') | true",
        "UPDATE BULWARK_API_KEY SET OWNER_TYPE = 'client', DATA = '{}' | false",
        "UPDATE BULWARK_API_KEY SET OWNER_TYPE = 'client', DATA = '{\"active\":false}' | true",
        "UPDATE BULWARK_API_KEY SET OWNER_TYPE = 'client', ENDS_AT = 2000000000000 | true",
        "UPDATE BULWARK_API_KEY SET OWNER_TYPE = 'client', ENDS_AT = 2000000000001 | false",
        "DELETE FROM BULWARK_API_KEY | true"
      })
  void aKeyThatMayHaveDied(String change, boolean suspected) throws Exception {
    sql("INSERT INTO BULWARK_API_KEY VALUES ('k', 'user', NULL, NULL)", change);
    ledger.tokens().insert(connection, List.of(token("t", "u", "k"), token("x", "u", null)));
    assertThat(ledger.suspectedKeys().find(connection, NOW * 1000))
        .isEqualTo(suspected ? List.of("k") : List.of());
    ledger
        .revoked()
        .insert(connection, List.of(new RevokedToken("t", NOW + 300)), any -> "e", "TEST", NOW);
    assertThat(ledger.suspectedKeys().find(connection, NOW * 1000)).isEmpty();
  }

  @Test
  void whatKeycloakRevokedByItsJti() throws Exception {
    ledger.tokens().insert(connection, List.of(token("t", "u", null), token("live", "u", null)));
    sql(
        "INSERT INTO REVOKED_TOKEN VALUES ('t', %d), ('action', %d)"
            .formatted(NOW + 299, NOW + 300));
    assertThat(ledger.keycloakRevoked().missing(connection, NOW, 10))
        .containsExactly(new RevokedToken("t", NOW + 300));
    ledger
        .revoked()
        .insert(connection, List.of(new RevokedToken("t", NOW + 300)), any -> "e", "TEST", NOW);
    assertThat(ledger.keycloakRevoked().missing(connection, NOW, 10)).isEmpty();
  }

  /** Its row is that of all tokens which its service got in the second. */
  @Test
  void whatKeycloakRevokedByTheIdOfARange() throws Exception {
    String base = JtiRange.base("trrtcc:" + UUID.randomUUID(), 4);
    ledger.tokens().insert(connection, List.of(token(base, "u", null)));
    sql("INSERT INTO REVOKED_TOKEN VALUES ('%s', %d)".formatted(JtiRange.id(base, 3), NOW + 299));
    assertThat(ledger.keycloakRevoked().missing(connection, NOW, 10))
        .containsExactly(new RevokedToken(JtiRange.id(base, 3), NOW + 300));
  }

  @Test
  void whatATokenNamesIsKept() throws Exception {
    LedgerToken named =
        new LedgerToken(
            "n",
            SessionType.ONLINE,
            "r",
            "u",
            "c",
            "s",
            null,
            NOW,
            NOW + 9,
            -5L,
            Long.MIN_VALUE,
            Long.MAX_VALUE);
    LedgerToken nameless =
        new LedgerToken("o", SessionType.ONLINE, "r", "u", "c", "s", null, NOW, NOW + 9);
    ledger.tokens().insert(connection, List.of(named, nameless));
    assertThat(
            ledger
                .tokens()
                .candidates(connection, new Endings("T", 1).user("r", "u"), null, NOW, 10)
                .tokens())
        .containsExactly(named, nameless);
  }

  private static LedgerToken token(String jti, String user, @Nullable String key) {
    return new LedgerToken(
        jti, SessionType.TRANSIENT, "r", user, "c", null, key, NOW - 100, NOW + 300);
  }

  private void sql(String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
