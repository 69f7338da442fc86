package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * R2: what is rolled back is not pushed. A partial import removes what it is to overwrite, of which
 * an event tells, and makes it anew; then it fails at a later item, and Keycloak rolls all of it
 * back ({@code PartialImportManager}).
 */
class RolledBackIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "rolled-back");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);
  private static final ServerMetrics METRICS = new ServerMetrics(STACK.keycloak().managementUrl());

  /** Users are the last to be imported, and this one has a role of a client that is not there. */
  private static final Map<String, Object> UNUSABLE =
      Map.of(
          "username",
          "unusable",
          "enabled",
          true,
          "clientRoles",
          Map.of("nowhere", List.of("any")));

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Test
  void theRemovalOfAUser() {
    String id = REALM.createUser("vera");
    Response online = REALM.login("vera");
    Response offline = REALM.login("cli", "vera", "openid offline_access");
    Map<String, Object> vera = Map.of("username", "vera", "enabled", true);
    assertFails(Map.of("users", List.of(vera, UNUSABLE)));

    assertThat(REALM.userId("vera")).as("the user has not been made anew").isEqualTo(id);
    awaitWhatFollows();
    DEATHS.assertAlive(online, offline);
    DEATHS.assertAlive(REALM.refresh(online), REALM.refresh(offline));

    // The removal was what would have revoked them: without the last item it does.
    partialImport(Map.of("users", List.of(vera))).expect(200);
    assertThat(REALM.userId("vera")).isNotEqualTo(id);
    DEATHS.awaitDead(online, offline);
  }

  @Test
  void theRemovalOfAClient() {
    REALM.createClient("shaky");
    String id = REALM.clientUuid("shaky");
    Response tokens = REALM.login("shaky", "ben", "openid");
    Response service = REALM.serviceOf("shaky");
    List<Map<String, Object>> shaky = List.of(Map.of("clientId", "shaky", "enabled", true));
    assertFails(Map.of("clients", shaky, "users", List.of(UNUSABLE)));

    assertThat(REALM.clientUuid("shaky")).as("the client has not been made anew").isEqualTo(id);
    awaitWhatFollows();
    DEATHS.assertAlive(tokens, service);
    assertThat(REALM.refresh("shaky", tokens.text("refresh_token")).status()).isEqualTo(200);

    partialImport(Map.of("clients", shaky)).expect(200);
    assertThat(REALM.clientUuid("shaky")).isNotEqualTo(id);
    DEATHS.awaitDead(tokens, service);
  }

  private static void assertFails(Map<String, Object> resources) {
    Response response = partialImport(resources);
    assertThat(response.status()).as(response.body()).isEqualTo(500);
    assertThat(REALM.admin().get(REALM.path("/users?username=unusable")).expect(200).json())
        .isEmpty();
  }

  private static Response partialImport(Map<String, Object> resources) {
    return REALM
        .admin()
        .post(
            REALM.path("/partialImport"),
            Json.of(PathRealm.merged(Map.of("ifResourceExists", "OVERWRITE"), resources)));
  }

  /**
   * Waits until whatever the failed request may have left has had its chance to be pushed: Redis is
   * complete up to a later time, and the reconciler has begun and ended a later comparison.
   */
  private static void awaitWhatFollows() {
    long failed = System.currentTimeMillis();
    Response later = REALM.login("ann");
    REALM.logout("cli", later.text("refresh_token")).expect(204);
    DEATHS.assertDead(later);
    // On H2 it compares all the time.
    STACK.database().ifPresent(ServerMetrics::demandComparison);
    await("the watermark and the reconciler")
        .atMost(Deaths.SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> completeUntil() > failed && comparedSince(failed));
  }

  private static long completeUntil() {
    String watermark = KEYS.client().get("revocation:complete");
    return watermark == null ? 0 : Long.parseLong(watermark);
  }

  private static boolean comparedSince(long time) {
    double age = METRICS.value("bulwark_revocation_reconciler_age_seconds");
    return age > 0 && age * 1000 < System.currentTimeMillis() - time;
  }
}
