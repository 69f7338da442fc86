package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R9: ends that Keycloak tells no application. */
@Tag("slow")
class SilentEndsIT {

  private static final TestStack STACK = TestStack.get();

  /** The promise: at most so long after Keycloak treats the session as ended. */
  private static final long LATEST_MILLIS = 15_000;

  private static int number;

  /** One for all: each test has a client and users of its own there. */
  private static LogoutRealm realm;

  private final String shop = "shop-" + ++number;
  private final String ann = "ann-" + number;
  private final String ben = "ben-" + number;
  private Application application;

  @BeforeAll
  static void makeRealm() {
    realm = LogoutRealm.create(STACK.url(), STACK.admin(), "silent-ends");
  }

  @AfterAll
  static void deleteRealm() {
    realm.delete();
  }

  @BeforeEach
  void begin() {
    application = Application.start(realm.url(), shop, JWSAlgorithm.RS256);
    realm.notified(shop, application.url());
    realm.addUser(ann);
    realm.addUser(ben);
  }

  /** The client first: nobody is notified any more. */
  @AfterEach
  void end() {
    application.close();
    realm.removeClient(shop);
    realm.removeUser(ann);
    realm.removeUser(ben);
    realm.change(LogoutRealm.USUAL_LIVES);
  }

  @Test
  void anIdleSession() {
    realm.change(Json.object("ssoSessionIdleTimeout", 4));
    Response login = realm.login(shop, ann);
    assertNotifiedAfter(login, 4);
  }

  @Test
  void aSessionThatHasLivedForItsTime() {
    realm.change(Json.object("ssoSessionMaxLifespan", 4));
    Response login = realm.login(shop, ann);
    assertNotifiedAfter(login, 4);
  }

  /** It may be removed in another way, and that is no second end. */
  @Test
  void anExpiredSessionThatIsRemovedLaterIsTheSame() {
    realm.change(Json.object("ssoSessionIdleTimeout", 4));
    Response login = realm.login(shop, ann);
    assertNotifiedAfter(login, 4);
    realm.admin().delete(realm.path("/users/" + realm.userId(ann))).expect(204);
    Response last = realm.login(shop, ben);
    realm.admin().delete(realm.path("/users/" + realm.userId(ben))).expect(204);
    awaitNotified(last);
    assertThat(application.calls()).hasSize(2);
  }

  @Test
  void aSessionThatIsUsedGoesOn() {
    realm.change(Json.object("ssoSessionIdleTimeout", 6));
    long begin = System.currentTimeMillis();
    Response[] login = {realm.login(shop, ann)};
    await("ten seconds of use")
        .atMost(SOON)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              login[0] = realm.refresh(shop, login[0]).expect(200);
              return System.currentTimeMillis() >= begin + 10_000;
            });
    assertThat(application.calls()).isEmpty();
    assertNotifiedAfter(login[0], 6);
  }

  @Test
  void aUserWhoIsDeleted() {
    Response login = realm.login(shop, ann);
    String user = realm.userId(ann);
    realm.admin().delete(realm.path("/users/" + user)).expect(204);
    awaitNotified(login);
    assertThat(application.calls().get(0).claims().getSubject()).isEqualTo(user);
  }

  @Test
  void aLogoutOfTheWholeRealm() {
    Response first = realm.login(shop, ann);
    Response second = realm.login(shop, ben);
    realm.admin().post(realm.path("/logout-all"), "{}").expect(200);
    awaitNotified(first);
    awaitNotified(second);
    assertThat(application.calls()).hasSize(2);
  }

  /** Its last client gives its token back, and Keycloak removes the session without a word. */
  @Test
  void aSessionWhoseLastTokenIsRevoked() {
    Response login = realm.login(shop, ann);
    Http.postForm(
            realm.url() + "/protocol/openid-connect/revoke",
            Map.of("client_id", shop, "token", login.text("refresh_token")))
        .expect(200);
    awaitNotified(login);
  }

  /** Keycloak gives the online session up when it makes the offline session of the same id. */
  @Test
  void aLoginForOfflineUseIsNoEnd() {
    Response offline = realm.login(shop, ann, "openid offline_access");
    realm.refresh(shop, offline).expect(200);
    Response last = realm.login(shop, ben);
    realm.admin().delete(realm.path("/users/" + realm.userId(ben))).expect(204);
    awaitNotified(last);
    assertThat(application.calls()).hasSize(1);
    realm.logout(shop, offline);
    awaitNotified(offline);
  }

  /** The online session is stored, and given up when the code is exchanged. */
  @Test
  void aLoginForOfflineUseInABrowserIsNoEnd() {
    realm.withBrowser(shop);
    FormBrowser browser = new FormBrowser(STACK.url());
    Response offline = browserLogin(browser, "openid offline_access");
    realm.refresh(shop, offline).expect(200);
    Response last = realm.login(shop, ben);
    realm.admin().delete(realm.path("/users/" + realm.userId(ben))).expect(204);
    awaitNotified(last);
    assertThat(application.calls()).hasSize(1);
    realm.logout(shop, offline);
    awaitNotified(offline);
  }

  /** The client has an offline session of the same id, which goes on. */
  @Test
  void anOnlineSessionThatAnotherLoginReplaces() {
    realm.withBrowser(shop);
    FormBrowser browser = new FormBrowser(STACK.url());
    Response online = browserLogin(browser, "openid");
    Response offline = browserLogin(browser, "openid offline_access");
    assertThat(LogoutRealm.sid(offline)).isEqualTo(LogoutRealm.sid(online));

    FormBrowser other = new FormBrowser(STACK.url());
    Response replacing =
        realm.browserLogin(other, shop, ann, "openid", () -> other.takeIdentityFrom(browser));
    assertThat(LogoutRealm.sid(replacing)).isNotEqualTo(LogoutRealm.sid(online));
    assertThat(realm.refresh(shop, online).status()).isEqualTo(400);
    awaitNotified(online);
    realm.refresh(shop, offline).expect(200);
    assertThat(application.calls()).hasSize(1);
  }

  /** Keycloak marks its online ones just before it removes them, and its offline ones never. */
  @ParameterizedTest
  @CsvSource({
    "openid, ssoSessionIdleTimeout",
    "openid, ssoSessionMaxLifespan",
    "openid offline_access, offlineSessionIdleTimeout"
  })
  void aSessionFromBeforeKeycloak265(String scope, String setting) {
    DatabaseProcess database = database();
    realm.change(Json.object(setting, 4));
    Response login = realm.login(shop, ann, scope);
    String row = " WHERE USER_SESSION_ID = '" + LogoutRealm.sid(login) + "'";
    // It is stored after the answer.
    awaitRows(database, "OFFLINE_USER_SESSION" + row, 1);
    database.sql("UPDATE OFFLINE_USER_SESSION SET REMEMBER_ME = NULL" + row);
    assertThat(rows(database, "OFFLINE_USER_SESSION" + row + " AND REMEMBER_ME IS NULL")).isOne();
    awaitNotified(login);
    assertThat(realm.refresh(shop, login).status()).isEqualTo(400);
  }

  private Response browserLogin(FormBrowser browser, String scope) {
    return realm.browserLogin(browser, shop, ann, scope, () -> {});
  }

  private static DatabaseProcess database() {
    assumeTrue(STACK.database().isPresent(), "H2 is a part of Keycloak");
    return STACK.database().orElseThrow();
  }

  /** Its own logout is made in the browser, and Keycloak does not use the URL. */
  @Test
  void aClientWithFrontChannelLogoutIsNotNotified() {
    realm.notified("front", application.url());
    realm.useFrontChannel("front");
    realm.login("front", ann);
    Response last = realm.login(shop, ben);
    for (String user : new String[] {ann, ben}) {
      realm.admin().delete(realm.path("/users/" + realm.userId(user))).expect(204);
    }
    awaitNotified(last);
    // Its notice would be in a queue of its own.
    String waiting =
        "BULWARK_LOGOUT_NOTICE WHERE STATE = 'WAITING' AND CLIENT_ID = '"
            + realm.clientUuid("front")
            + "'";
    STACK.database().ifPresent(database -> awaitRows(database, waiting, 0));
    assertThat(application.calls()).hasSize(1);
    assertThat(application.forged()).as("a token for the other client").isEmpty();
  }

  /**
   * The end was noticed twice, and the second notice waits for ten minutes, as after failures. The
   * mark of the first one stays for so long.
   */
  @Test
  void aSecondNoticeThatWaitsForLongIsNotSent() {
    DatabaseProcess database = database();
    Response told = realm.login(shop, ann);
    realm.logout(shop, told);
    Response swept = realm.login(shop, ben);
    realm.logout(shop, swept);
    awaitNotified(told);
    awaitNotified(swept);
    String table = "BULWARK_LOGOUT_NOTICE";
    String first = " WHERE STATE = 'DELIVERED' AND SESSION_ID = '" + LogoutRealm.sid(told) + "'";
    String second = first.replace("DELIVERED", "WAITING");
    String other = first.replace(LogoutRealm.sid(told), LogoutRealm.sid(swept));
    awaitRows(database, table + first, 1);
    awaitRows(database, table + other, 1);
    String columns =
        "REALM_ID, CLIENT_ID, SESSION_ID, USER_ID, OFFLINE_FLAG, CREATED_AT, LAST_USED";
    database.sql(
        "INSERT INTO %1$s (%2$s, CAUSE, REVIVED_AT, NEXT_AT, ATTEMPTS, STATE, SESSION_DATA)"
                .formatted(table, columns)
            + " SELECT %2$s, 'REMOVED', 0, NEXT_AT + 600000, 0, 'WAITING', '{}' FROM %1$s"
                .formatted(table, columns)
            + first);
    for (String row : new String[] {first, other}) {
      database.sql(
          "UPDATE %s SET CREATED_AT = CREATED_AT - 3600000, NEXT_AT = NEXT_AT - 3600000%s"
              .formatted(table, row));
    }
    awaitRows(database, table + other, 0);
    database.sql("UPDATE " + table + " SET NEXT_AT = 0" + second);
    awaitRows(database, table + second, 0);
    assertThat(application.calls()).hasSize(2);
  }

  private static void awaitRows(DatabaseProcess database, String from, int count) {
    await(count + " of " + from).atMost(SOON).until(() -> rows(database, from) == count);
  }

  private static int rows(DatabaseProcess database, String from) {
    return Integer.parseInt(database.sql("SELECT COUNT(*) FROM " + from).strip());
  }

  private void awaitNotified(Response login) {
    await()
        .atMost(SOON)
        .until(
            () ->
                application.calls().stream()
                    .anyMatch(call -> call.sid().equals(LogoutRealm.sid(login))));
  }

  private void assertNotifiedAfter(Response login, int seconds) {
    awaitNotified(login);
    long due = (issuedAt(login) + seconds) * 1000;
    assertThat(application.calls().get(0).time()).isBetween(due, due + LATEST_MILLIS);
    assertThat(realm.refresh(shop, login).status()).isEqualTo(400);
  }

  private static long issuedAt(Response login) {
    return Realm.claims(login.text("access_token")).get("iat").asLong();
  }
}
