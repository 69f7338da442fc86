package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * R1: a not-before that lies ahead, as by a mistake or a browser whose clock is ahead. Until then
 * Keycloak issues tokens that it rejects itself: their {@code iat} is before the not-before.
 */
class NotBeforeAheadIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM = PathRealm.create(STACK.url(), STACK.admin(), "ahead");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  /** The first passes of an ending come 0.5, 2 and 5 s after it, in rounds of a second. */
  private static final Duration SEVERAL_PASSES = Duration.ofSeconds(7);

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Test
  void ofAClientItEndsWhatIsIssuedMeanwhile() {
    REALM.createClient("client-ahead");
    String path = "/clients/" + REALM.clientUuid("client-ahead");
    REALM.update(path, Map.of("notBefore", ahead()));
    forgetEndings();
    Response tokens = REALM.login("client-ahead", "ann", "openid");
    Response service = REALM.serviceOf("client-ahead");
    Response other = REALM.login("ann");

    DEATHS.awaitDead(tokens, service);
    DEATHS.assertAlive(other);
  }

  @Test
  void ofARealmItEndsWhatIsIssuedMeanwhile() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "realm-ahead");
    try {
      realm.update("", Map.of("notBefore", ahead()));
      forgetEndings();
      Response tokens = realm.login("cli", "ann", "openid offline_access");
      Response service = realm.service();

      new Deaths(realm, KEYS).awaitDead(tokens, service);
    } finally {
      realm.delete();
    }
  }

  /** Only an import gives a user one. */
  @Test
  void ofAUserItEndsWhatIsIssuedMeanwhile() {
    REALM
        .admin()
        .post(
            REALM.path("/partialImport"),
            Json.of(
                Map.of(
                    "ifResourceExists",
                    "FAIL",
                    "users",
                    List.of(
                        Map.of(
                            "username",
                            "ned",
                            "enabled",
                            true,
                            "email",
                            "ned@example.org",
                            "firstName",
                            "Ned",
                            "lastName",
                            "Path",
                            "notBefore",
                            ahead(),
                            "credentials",
                            List.of(Map.of("type", "password", "value", PathRealm.PASSWORD)))))))
        .expect(200);
    forgetEndings();
    Response tokens = REALM.login("ned");
    Response other = REALM.login("ann");

    DEATHS.awaitDead(tokens);
    DEATHS.assertAlive(other);
  }

  /** Neither do the endings of the mistake end what Keycloak honours, nor is it forgotten. */
  @Test
  void aMistakeThatIsTakenBackEndsNothingThatIsIssuedAfterwards() {
    REALM.createClient("mistaken");
    String path = "/clients/" + REALM.clientUuid("mistaken");
    int mistake = ahead();
    Response before = REALM.login("mistaken", "ann", "openid");
    REALM.update(path, Map.of("notBefore", mistake));
    DEATHS.assertDead(before);
    REALM.update(path, Map.of("notBefore", 0));
    Response tokens = REALM.login("mistaken", "ann", "openid");
    Response service = REALM.serviceOf("mistaken");
    await()
        .during(SEVERAL_PASSES)
        .atMost(SOON)
        .until(() -> !isRevoked(tokens) && !isRevoked(service));
    DEATHS.assertAlive(tokens, service);

    REALM.update(path, Map.of("notBefore", mistake));
    DEATHS.assertDead(tokens, service);
  }

  private static boolean isRevoked(Response tokens) {
    return KEYS.contains(tokens.text("access_token"));
  }

  /** Later than any token of this test, seconds since 1970. */
  private static int ahead() {
    return Math.toIntExact(Instant.now().getEpochSecond() + 3600);
  }

  /**
   * As a minute later: an ending is applied again during its first minute, and so finds tokens that
   * are issued in that time. On another database than PostgreSQL it does so here.
   */
  private static void forgetEndings() {
    if (STACK.database().orElse(null) instanceof PostgresProcess postgres) {
      postgres.sql("DELETE FROM bulwark_revocation_scope WHERE cause LIKE '%NOT_BEFORE'");
      postgres.sql(
          "DELETE FROM bulwark_revocation_scope WHERE cause IN"
              + " ('ADMIN_UPDATE_REALM', 'ADMIN_UPDATE_CLIENT')");
    }
  }
}
