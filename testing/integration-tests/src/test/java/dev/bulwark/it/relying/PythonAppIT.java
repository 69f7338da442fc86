package dev.bulwark.it.relying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.LocalRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C1, J3, J4, R5: the FastAPI application of clients/python/README.md, as it stands there. */
@SharedRealm
class PythonAppIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();

  @TempDir private static Path folder;
  private static PythonApp app;

  @BeforeAll
  static void start() {
    app = PythonApp.start(folder, REALM.url(), STACK.redis().port());
    String token = login("alice", "openid tasks:read").text("access_token");
    await().atMost(Duration.ofSeconds(60)).until(() -> app.tasks(token).status() == 200);
  }

  @AfterAll
  static void stop() {
    if (app != null) {
      app.close();
    }
  }

  private static Response login(String user, String scope) {
    return REALM.login(user, Realm.PASSWORD, scope).expect(200);
  }

  @Test
  void aTokenIsGoodUntilItsLogoutHasBeenAnswered() {
    Response login = login("alice", "openid tasks:read");
    String token = login.text("access_token");
    assertThat(app.tasks(token).expect(200).text("owner"))
        .isEqualTo(Realm.claims(token).get("sub").asText());
    REALM.logout(login.text("refresh_token")).expect(204);
    refused("logged out", token);
  }

  @Test
  void nothingButAnAccessTokenForThisAppWithTheScopeIsTaken() {
    Response without = Http.get(app.at("/api/tasks"));
    assertThat(without.status()).isEqualTo(401);
    assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer");

    Response login = login("alice", "openid tasks:read");
    refused("ID token", login.text("id_token"));
    refused("refresh token", login.text("refresh_token"));
    refused("other audience", login("alice", "openid").text("access_token"));
    refused("no JWT", "abc");

    Response lacking = app.tasks(login("alice", "openid tasks:write").text("access_token"));
    assertThat(lacking.status()).isEqualTo(403);
    assertThat(lacking.header("WWW-Authenticate"))
        .startsWith("Bearer ")
        .contains("error=\"insufficient_scope\"", "scope=\"tasks:read\"");
  }

  private static void refused(String what, String token) {
    Response answer = app.tasks(token);
    assertThat(answer.status()).as(what).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .as(what)
        .startsWith("Bearer ")
        .contains("error=\"invalid_token\"");
  }

  /** Fail closed: a dead token never passes, and a good one is not called bad. */
  @Test
  void withoutRedisNobodyIsLetInAndNoTokenIsCalledBad() {
    Response dies = login("alice", "openid tasks:read");
    String lives = login("bob", "openid tasks:read").text("access_token");
    app.tasks(dies.text("access_token")).expect(200);
    STACK.redis().stop();
    try {
      Response answer = app.tasks(lives);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isEqualTo("5");
      assertThat(answer.header("WWW-Authenticate")).isEmpty();
      REALM.logout(dies.text("refresh_token")).expect(204);
      assertThat(app.tasks(dies.text("access_token")).status()).isEqualTo(503);
      refused("bad whatever Redis says", "abc");
      STACK.redis().startAgain();
      List<Integer> seen = new ArrayList<>();
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                seen.add(app.tasks(dies.text("access_token")).status());
                return app.tasks(lives).status() == 200;
              });
      assertThat(seen).doesNotContain(200);
      refused("logged out during the outage", dies.text("access_token"));
    } finally {
      if (!LocalRedis.answers(STACK.redis().port())) {
        STACK.redis().startAgain();
      }
    }
  }
}
