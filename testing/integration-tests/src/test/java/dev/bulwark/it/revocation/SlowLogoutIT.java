package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * R1: a login while an administrator's logout is under way. Keycloak sets its cut-off, tells each
 * application that the session ends, and only then fires the event. An application that answers
 * late holds all that up for seconds; a user who logs in meanwhile keeps that session.
 */
class SlowLogoutIT {

  private static final TestStack STACK = TestStack.get();

  private final PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "slow-logout");
  private final RevokedKeys keys = new RevokedKeys(STACK.redis().url());
  private final Deaths deaths = new Deaths(realm, keys);
  private final CountDownLatch called = new CountDownLatch(1);
  private final CountDownLatch answer = new CountDownLatch(1);
  private HttpServer application;

  @BeforeEach
  void startAnApplicationThatAnswersLate() throws IOException {
    application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    application.setExecutor(Executors.newCachedThreadPool());
    application.createContext(
        "/",
        exchange -> {
          called.countDown();
          try {
            answer.await(SOON.toSeconds(), TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    application.start();
  }

  @AfterEach
  void end() {
    answer.countDown();
    application.stop(0);
    keys.close();
    realm.delete();
  }

  private String url() {
    return "http://127.0.0.1:" + application.getAddress().getPort();
  }

  @Test
  void aLoginDuringTheLogoutOfItsUserLivesOn() throws Exception {
    realm.update(
        "/clients/" + realm.clientUuid("cli"),
        Map.of("attributes", Map.of("backchannel.logout.url", url() + "/logout")));
    loginDuring("/users/" + realm.userId("ann") + "/logout");
  }

  @Test
  void aLoginDuringTheLogoutOfAllLivesOn() throws Exception {
    realm.update("/clients/" + realm.clientUuid("cli"), Map.of("adminUrl", url()));
    loginDuring("/logout-all");
  }

  private void loginDuring(String logout) throws Exception {
    Response before = realm.login("ann");
    awaitAge(before, 1);
    CompletableFuture<Response> loggedOut =
        CompletableFuture.supplyAsync(() -> realm.admin().post(realm.path(logout), "{}"));
    assertThat(called.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    Response during = realm.login("other", "ann", "openid");
    // The event is then so much later that its own time would make this an old token.
    awaitAge(during, 3);
    answer.countDown();
    assertThat(loggedOut.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isBetween(200, 204);

    deaths.assertDead(before);
    deaths.assertAlive(during);
  }

  private static void awaitAge(Response tokens, int seconds) {
    long issued = Realm.claims(tokens.text("access_token")).get("iat").asLong();
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> System.currentTimeMillis() >= (issued + seconds) * 1000);
  }
}
