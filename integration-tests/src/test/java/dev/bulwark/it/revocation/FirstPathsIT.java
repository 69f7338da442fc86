package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** R1 and R3 in their first form: the keys are there when the response has arrived. */
@SharedRealm
class FirstPathsIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final AdminApi admin = stack.admin();
  private final RevokedKeys keys = new RevokedKeys(stack.redis().url());

  @AfterEach
  void close() {
    keys.close();
  }

  @Test
  void logoutRevokesEveryLiveAccessTokenOfTheSession() {
    Response first = realm.login("alice");
    Response second = realm.refresh(first.text("refresh_token")).expect(200);
    Response other = realm.login("alice");
    List<String> dead = List.of(first.text("access_token"), second.text("access_token"));
    dead.forEach(keys::assertNotRevoked);

    realm.logout(second.text("refresh_token")).expect(204);

    dead.forEach(keys::assertRevoked);
    dead.forEach(token -> assertThat(realm.isActive(token)).isFalse());
    keys.assertNotRevoked(other.text("access_token"));
    assertThat(realm.isActive(other.text("access_token"))).isTrue();
  }

  @Test
  void logoutByIdTokenHintRevokes() {
    Response tokens = realm.login("alice");
    Http.get(realm.endpoint("logout") + "?id_token_hint=" + tokens.text("id_token"));
    assertThat(realm.isActive(tokens.text("access_token"))).isFalse();
    keys.assertRevoked(tokens.text("access_token"));
  }

  @Test
  void revokedAccessTokenIsTheOnlyOneRevoked() {
    Response first = realm.login("bob");
    Response second = realm.refresh(first.text("refresh_token")).expect(200);

    realm.revoke(first.text("access_token")).expect(200);

    keys.assertRevoked(first.text("access_token"));
    assertThat(realm.isActive(first.text("access_token"))).isFalse();
    keys.assertNotRevoked(second.text("access_token"));
    assertThat(realm.isActive(second.text("access_token"))).isTrue();
  }

  @Test
  void revokedRefreshTokenTakesItsAccessTokensAlong() {
    Response first = realm.login("bob");
    Response second = realm.refresh(first.text("refresh_token")).expect(200);

    realm.revoke(second.text("refresh_token")).expect(200);

    for (Response dead : List.of(first, second)) {
      assertThat(realm.isActive(dead.text("access_token"))).isFalse();
      keys.assertRevoked(dead.text("access_token"));
    }
  }

  @Test
  void adminLogoutOfAUserRevokesAllSessions() {
    List<String> dead = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      dead.add(realm.login("alice").text("access_token"));
    }
    String other = realm.login("bob").text("access_token");

    admin.post("/realms/app/users/" + admin.userId("alice") + "/logout", "{}").expect(204);

    dead.forEach(token -> assertThat(realm.isActive(token)).isFalse());
    dead.forEach(keys::assertRevoked);
    keys.assertNotRevoked(other);
  }

  @Test
  void withoutRedisLoginAndLogoutWorkAndTheKeysComeLater() {
    Response before = realm.login("alice");
    stack.redis().stop();
    try {
      realm.logout(before.text("refresh_token")).expect(204);
      Response during = realm.login("bob");
      realm.logout(during.text("refresh_token")).expect(204);
      Response alive = realm.login("bob");
      stack.redis().startAgain();
      keys.awaitRevoked(before.text("access_token"), Duration.ofSeconds(10));
      keys.awaitRevoked(during.text("access_token"), Duration.ofSeconds(10));
      keys.assertNotRevoked(alive.text("access_token"));
    } finally {
      if (!dev.bulwark.server.EmbeddedRedis.answers(stack.redis().port())) {
        stack.redis().startAgain();
      }
    }
  }
}
