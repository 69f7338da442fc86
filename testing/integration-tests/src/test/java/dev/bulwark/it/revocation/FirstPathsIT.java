package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.LocalRedis;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** R1 and R3 in a few minutes: the keys are there when the response has arrived. */
class FirstPathsIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "first-paths");
  private static final ServerMetrics METRICS = new ServerMetrics(STACK.keycloak().managementUrl());
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Test
  void logoutRevokesEveryLiveAccessTokenOfTheSession() {
    Response first = REALM.login("ann");
    Response second = REALM.refresh(first);
    Response other = REALM.login("ann");
    assertAlive(first, second, other);

    REALM.logout("cli", second.text("refresh_token")).expect(204);

    assertDead(first, second);
    assertAlive(other);
  }

  @Test
  void logoutByIdTokenHintRevokes() {
    Response tokens = REALM.login("ann");
    Http.get(REALM.endpoint("logout") + "?id_token_hint=" + tokens.text("id_token"));
    assertDead(tokens);
  }

  @Test
  void revokedAccessTokenIsTheOnlyOneRevoked() {
    Response first = REALM.login("ben");
    Response second = REALM.refresh(first);

    REALM.revoke("cli", first.text("access_token")).expect(200);

    assertDead(first);
    assertAlive(second);
  }

  @Test
  void revokedRefreshTokenTakesItsAccessTokensAlong() {
    Response first = REALM.login("ben");
    Response second = REALM.refresh(first);

    REALM.revoke("cli", second.text("refresh_token")).expect(200);

    assertDead(first, second);
  }

  @Test
  void adminLogoutOfAUserRevokesAllSessions() {
    List<Response> dead = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      dead.add(REALM.login("cyn"));
    }
    Response other = REALM.login("ben");

    REALM.admin().post(REALM.path("/users/" + REALM.userId("cyn") + "/logout"), "{}").expect(204);

    dead.forEach(FirstPathsIT::assertDead);
    assertAlive(other);
  }

  @Test
  void withoutRedisLoginAndLogoutWorkAndTheKeysComeLater() {
    Response before = REALM.login("ann");
    STACK.redis().stop();
    try {
      REALM.logout("cli", before.text("refresh_token")).expect(204);
      Response during = REALM.login("ben");
      REALM.logout("cli", during.text("refresh_token")).expect(204);
      Response alive = REALM.login("ben");
      STACK.redis().startAgain();
      KEYS.awaitRevoked(before.text("access_token"), Deaths.SOON);
      KEYS.awaitRevoked(during.text("access_token"), Deaths.SOON);
      assertAlive(alive);
    } finally {
      if (!LocalRedis.answers(STACK.redis().port())) {
        STACK.redis().startAgain();
      }
      METRICS.awaitValue("bulwark_redis_up", 1);
    }
  }

  private static void assertDead(Response... tokens) {
    for (Response response : tokens) {
      String token = response.text("access_token");
      KEYS.assertRevoked(token);
      assertThat(REALM.isActive(token)).as("introspection").isFalse();
    }
  }

  private static void assertAlive(Response... tokens) {
    for (Response response : tokens) {
      String token = response.text("access_token");
      KEYS.assertNotRevoked(token);
      assertThat(REALM.isActive(token)).as("introspection").isTrue();
    }
  }
}
