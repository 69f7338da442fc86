package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.SharedDatabase;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** R12, B14: a realm switches revocation on and off by its event listener. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealmSwitchIT {

  private static final String LISTENER = "redis-revocation";

  /** Until every node knows of it, and a little more. */
  private static final Duration SWITCHED = Duration.ofSeconds(60);

  /** Health counts the realms again 10 s after the last count. */
  private static final Duration COUNTED = Duration.ofSeconds(30);

  private DatabaseProcess database;
  private RedisProcess redis;
  private FaultServer server;
  private RevocationChecker checker;

  @BeforeAll
  void start() {
    database = SharedDatabase.require();
    redis = RedisProcess.start();
    server =
        FaultServer.start(
            "realm-switch",
            redis.url(),
            database,
            spec -> spec.option("spi-events-listener--redis-revocation--everywhere", "false"));
    checker =
        new RevocationChecker(
            JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
            CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build());
    server.awaitRedisUp(1);
  }

  @AfterAll
  void stop() {
    checker.close();
    server.close();
    redis.close();
    database.close();
  }

  @Test
  void aRealmThatDoesNotListTheListenerIsLeftAlone() {
    IssuedTokens tokens = realm("left-alone");
    await().until(() -> !report("left-alone").get("running").asBoolean());
    Response session = tokens.login("ann");
    tokens.logout(session);
    assertThat(rows("BULWARK_TOKEN", "left-alone")).isZero();
    assertThat(rows("BULWARK_REVOCATION_SCOPE", "left-alone")).isZero();
    assertThat(tokens.isInRedis(session)).isFalse();
    assertThat(Verdicts.of(checker, session)).isEqualTo(Verdict.UNKNOWN);
    offers("left-alone", false);
    assertThat(report("left-alone").get("reason").asText()).contains(LISTENER);
  }

  @Test
  void aRealmThatListsItAtItsBirthIsOnAtOnce() {
    IssuedTokens tokens =
        IssuedTokens.inNewRealm(
            server.keycloak().url(),
            server.admin(),
            "born",
            redis::ttl,
            realm -> realm.putArray("eventsListeners").add(LISTENER));
    offers("born", true);
    Response session = tokens.login("ann");
    tokens.logout(session);
    assertThat(Verdicts.of(checker, session)).isEqualTo(Verdict.REVOKED);
    Response other = tokens.login("ann");
    await().atMost(Duration.ofSeconds(10)).until(() -> verdict(other) == Verdict.LIVE);
  }

  @Test
  void tokensCountFromTheTimeAtWhichEveryNodeKnowsThatTheRealmIsOn() {
    IssuedTokens tokens = realm("switched");
    Response before = tokens.login("ann");
    await().atMost(COUNTED).until(() -> server.realms("revocation") == realmsThatListIt());

    list("switched", true);
    await()
        .atMost(SWITCHED)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> verdict(tokens.login("ben")) == Verdict.LIVE);
    assertThat(report("switched").get("running").asBoolean()).isTrue();
    assertThat(verdict(before)).isEqualTo(Verdict.UNKNOWN);
    await().atMost(COUNTED).until(() -> server.realms("revocation") == realmsThatListIt());
    Response after = tokens.login("ann");
    tokens.logout(after);
    assertThat(verdict(after)).isEqualTo(Verdict.REVOKED);
    // A session of before gives tokens that are known.
    Response refreshed = tokens.refresh(before);
    assertThat(verdict(refreshed)).isEqualTo(Verdict.LIVE);
    tokens.logout(refreshed);
    assertThat(verdict(refreshed)).isEqualTo(Verdict.REVOKED);

    Response last = tokens.login("cyn");
    list("switched", false);
    await().atMost(SWITCHED).until(() -> verdict(last) == Verdict.UNKNOWN);
    await()
        .atMost(SWITCHED)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> !report("switched").get("running").asBoolean());
    await().atMost(COUNTED).until(() -> server.realms("revocation") == realmsThatListIt());
    Response off = tokens.login("cyn");
    assertThat(jtis("switched")).doesNotContain(tokens.key(off).substring("revoked:".length()));
    assertThat(verdict(off)).isEqualTo(Verdict.UNKNOWN);

    list("switched", true);
    await()
        .atMost(SWITCHED)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> verdict(tokens.login("ben")) == Verdict.LIVE);
    assertThat(verdict(off)).isEqualTo(Verdict.UNKNOWN);
    assertThat(verdict(last)).isEqualTo(Verdict.UNKNOWN);
  }

  private IssuedTokens realm(String name) {
    return IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), name, redis::ttl);
  }

  /** Whether the realm has the endpoints that need revocation, and says where they are. */
  private void offers(String name, boolean isOn) {
    String realm = server.keycloak().url() + "/realms/" + name;
    assertThat(Http.get(realm + "/token-status").status()).isEqualTo(isOn ? 200 : 404);
    assertThat(Http.get(realm + "/global-token-revocation").status()).isEqualTo(isOn ? 405 : 404);
    for (String document : List.of("openid-configuration", "oauth-authorization-server")) {
      JsonNode discovery = Http.get(realm + "/.well-known/" + document).expect(200).json();
      assertThat(discovery.has("status_list_aggregation_endpoint")).isEqualTo(isOn);
      assertThat(discovery.has("global_token_revocation_endpoint")).isEqualTo(isOn);
    }
  }

  private Verdict verdict(Response tokens) {
    return Verdicts.of(checker, tokens);
  }

  private JsonNode report(String realm) {
    return server.admin().get("/realms/" + realm + "/revocations").expect(200).json();
  }

  private long realmsThatListIt() {
    return Long.parseLong(
        database
            .sql("SELECT COUNT(*) FROM REALM_EVENTS_LISTENERS WHERE VALUE = '" + LISTENER + "'")
            .strip());
  }

  private void list(String realm, boolean listed) {
    String path = "/realms/" + realm + "/events/config";
    ObjectNode config = (ObjectNode) server.admin().get(path).expect(200).json();
    ArrayNode listeners = config.putArray("eventsListeners");
    listeners.add("jboss-logging");
    if (listed) {
      listeners.add(LISTENER);
    }
    server.admin().put(path, config.toString()).expect(204);
  }

  private long rows(String table, String realm) {
    return Long.parseLong(
        database
            .sql(
                "SELECT COUNT(*) FROM %s WHERE REALM_ID = (SELECT ID FROM REALM WHERE NAME = '%s')"
                    .formatted(table, realm))
            .strip());
  }

  private String jtis(String realm) {
    return database.sql(
        "SELECT JTI FROM BULWARK_TOKEN WHERE REALM_ID = (SELECT ID FROM REALM WHERE NAME = '%s')"
            .formatted(realm));
  }
}
