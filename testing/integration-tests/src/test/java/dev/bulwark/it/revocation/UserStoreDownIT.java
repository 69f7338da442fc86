package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.it.support.CheckedToken;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.StatusListView;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R1, R12: tokens are in doubt while the LDAP server of their users is down. Introspection calls
 * those of its users inactive meanwhile, but nobody has ended them.
 */
@Tag("slow")
class UserStoreDownIT {

  private static final TestStack STACK = TestStack.get();
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final ServerMetrics METRICS = new ServerMetrics(STACK.keycloak().managementUrl());
  private static final Duration FEED_MAX_AGE = Duration.ofSeconds(15);
  private static final StatusListView LISTS = new StatusListView();

  /** More than the state of a realm names. */
  private static final int MANY_IN_DOUBT = 110;

  private static final String OFFLINE = "openid offline_access";

  private PathRealm realm;
  private Deaths deaths;

  @AfterAll
  static void close() {
    KEYS.close();
  }

  @BeforeEach
  void makeRealm() {
    realm = PathRealm.create(STACK.url(), STACK.admin(), "store-down");
    deaths = new Deaths(realm, KEYS);
  }

  @AfterEach
  void removeRealm() {
    realm.delete();
  }

  /** While the store is down, one of its users is deleted in it, and roles that it gives lack. */
  @ParameterizedTest(name = "imported: {0}")
  @ValueSource(booleans = {true, false})
  void whatIsInDoubtWaitsForTheStore(boolean imports) {
    try (Directory directory = Directory.start(List.of("liz", "lou"))) {
      String store = directory.connect(realm, "people", imports);
      takeOfflineAccessFromEverybody();
      Directory.giveRole(realm, store, "offline_access");
      OfflineGroup group = OfflineGroup.create(realm, "offliners");
      realm.createUser("greta");
      group.holdOnly("greta");
      Response deleted = realm.login("liz");
      Response deletedOffline = realm.login("cli", "liz", OFFLINE);
      Response online = realm.login("lou");
      Response holder = realm.login("cli", "lou", OFFLINE);
      Response local = realm.login("cli", "greta", OFFLINE);
      Response localHolder = realm.login("cli", "ann", OFFLINE);
      deaths.assertAlive(deleted, deletedOffline, online, holder, local, localHolder);

      directory.stop();
      directory.delete("liz");
      realm.admin().post(realm.path("/clear-user-cache"), "{}").expect(204);
      group.loseRole();
      deaths.awaitDead(local);
      assertNotRevoked(deletedOffline, holder);
      awaitUndecided(4);
      assertNotRevoked(deleted, deletedOffline, online, holder);
      deaths.assertAlive(localHolder);

      directory.startAgain();
      KEYS.awaitRevoked(deletedOffline.text("access_token"), Deaths.SOON);
      deaths.assertDead(deletedOffline);
      deaths.awaitDead(deleted);
      deaths.assertAlive(online, holder, localHolder);
    }
  }

  @Test
  void aRoleThatIsLostMeanwhile() {
    try (Directory directory = Directory.start(List.of("liz", "lou"))) {
      directory.connect(realm, "people", true);
      OfflineGroup group = OfflineGroup.create(realm, "offliners");
      group.holdOnly("liz");
      Response dying = realm.login("cli", "liz", OFFLINE);
      Response online = realm.login("liz");
      Response holder = realm.login("cli", "lou", OFFLINE);
      deaths.assertAlive(dying, online, holder);

      directory.stop();
      realm.admin().post(realm.path("/clear-user-cache"), "{}").expect(204);
      group.loseRole();
      awaitUndecided(4);
      assertNotRevoked(dying, online, holder);

      directory.startAgain();
      deaths.awaitDead(dying);
      deaths.assertAlive(online, holder);
    }
  }

  /** R12: while one user's store is down, an application is told about that user's tokens alone. */
  @Test
  void nobodyElseWaitsForTheStore() {
    PathRealm beside = realm.createBeside("store-up");
    try (Directory directory = Directory.start(List.of("liz"));
        RevocationChecker checker = checker()) {
      directory.connect(realm, "people", true);
      Response dying = realm.login("liz");
      Response local = realm.login("ann");
      Response other = beside.login("ann");
      for (Response response : List.of(dying, local, other)) {
        await().atMost(Deaths.SOON).until(() -> verdict(checker, response) == Verdict.LIVE);
      }

      // An action of an administrator, which ends nothing: the user's tokens are looked at again.
      String liz = realm.path("/users/" + realm.userId("liz"));
      realm.admin().post(liz + "/impersonation", "{}").expect(200);
      directory.stop();
      directory.delete("liz");
      realm.admin().post(realm.path("/clear-user-cache"), "{}").expect(204);
      await().atMost(Deaths.SOON).until(() -> verdict(checker, dying) == Verdict.UNKNOWN);
      for (Response response : List.of(local, other)) {
        await()
            .atMost(Duration.ofSeconds(5))
            .until(() -> verdict(checker, response) == Verdict.LIVE);
      }
      // Longer than the checker accepts an old heartbeat.
      await()
          .during(FEED_MAX_AGE.plusSeconds(5))
          .atMost(FEED_MAX_AGE.plusSeconds(20))
          .until(
              () ->
                  verdict(checker, local) == Verdict.LIVE
                      && verdict(checker, other) == Verdict.LIVE
                      && verdict(checker, dying) == Verdict.UNKNOWN);
      assertThat(METRICS.value("bulwark_revocation_in_doubt")).isPositive();

      directory.startAgain();
      await().atMost(Deaths.SOON).until(() -> verdict(checker, dying) == Verdict.REVOKED);
      assertThat(verdict(checker, local)).isEqualTo(Verdict.LIVE);
    } finally {
      beside.delete();
    }
  }

  /**
   * R8, R12: a realm that has too many tokens in doubt is held, and its lists are, but no other.
   */
  @Test
  void theListsOfOtherRealmsGoOn() {
    PathRealm beside = realm.createBeside("store-up");
    try (Directory directory = Directory.start(List.of("liz"))) {
      directory.connect(realm, "people", true);
      List.of(realm, beside).forEach(each -> each.addStatusLists("cli"));
      Response local = realm.login("ann");
      Response other = beside.login("ann");
      Response dying = realm.login("liz");
      for (int i = 0; i < MANY_IN_DOUBT; i++) {
        dying = realm.refresh(dying);
      }
      String token = dying.text("access_token");
      StatusListView.Place ofRealm = place(local);
      StatusListView.Place ofOther = place(other);
      assertThat(LISTS.isRevoked(token)).contains(false);

      realm
          .admin()
          .post(realm.path("/users/" + realm.userId("liz") + "/impersonation"), "{}")
          .expect(200);
      directory.stop();
      directory.delete("liz");
      realm.admin().post(realm.path("/clear-user-cache"), "{}").expect(204);
      await("the last list of the realm expires")
          .atMost(Duration.ofSeconds(90))
          .until(() -> LISTS.list(ofRealm).status() == 503);
      assertThat(METRICS.value("bulwark_revocation_realms_held")).isEqualTo(1);
      assertThat(LISTS.list(ofOther).status()).isEqualTo(200);

      directory.startAgain();
      await()
          .atMost(Deaths.SOON)
          .until(() -> LISTS.list(ofRealm).status() == 200 && LISTS.isRevoked(token).orElseThrow());
      assertThat(LISTS.isRevoked(local.text("access_token"))).contains(false);
      assertThat(LISTS.list(ofOther).status()).isEqualTo(200);
    } finally {
      beside.delete();
    }
  }

  private static StatusListView.Place place(Response tokens) {
    return StatusListView.place(tokens.text("access_token")).orElseThrow();
  }

  private static RevocationChecker checker() {
    return new RevocationChecker(
        JedisAccess.standalone("127.0.0.1", STACK.redis().port(), JedisSettings.defaults()),
        CheckerOptions.builder().feedMaxAge(FEED_MAX_AGE).build());
  }

  private static Verdict verdict(RevocationChecker checker, Response tokens) {
    return checker.check(CheckedToken.of(tokens.text("access_token")));
  }

  /** From users without a role of their own, that is. */
  private void takeOfflineAccessFromEverybody() {
    String defaults =
        realm.admin().get(realm.path("")).expect(200).json().get("defaultRole").get("id").asText();
    String role = realm.admin().get(realm.path("/roles/offline_access")).expect(200).body();
    realm
        .admin()
        .deleteWithBody(realm.path("/roles-by-id/" + defaults + "/composites"), "[" + role + "]")
        .expect(204);
  }

  /** Waits until Keycloak could not judge tokens so many times more, at least. */
  private static void awaitUndecided(int more) {
    String name = "bulwark_revocation_undecided_total";
    double before = METRICS.value(name);
    await("tokens that cannot be judged")
        .atMost(Deaths.SOON)
        .until(() -> METRICS.value(name) >= before + more);
  }

  private static void assertNotRevoked(Response... tokens) {
    for (Response response : tokens) {
      KEYS.assertNotRevoked(response.text("access_token"));
    }
  }
}
