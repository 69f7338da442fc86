package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.support.Response;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R9: each session whose logout was answered is delivered, though the application is away and
 * Keycloak is killed: once meanwhile, and once while it delivers ({@code -Dbulwark.logouts=10000}:
 * so many; {@code -Dbulwark.outage=600}: seconds for which the application is away). So is each
 * session that expires while Keycloak is down.
 */
@Tag("full")
class LogoutKilledIT {

  private static final int THREADS = 4;
  private static final int IDLE_SESSIONS = 300;
  private static final Duration LONG = Duration.ofMinutes(15);

  private static LogoutServer server;

  private final Set<String> ended = ConcurrentHashMap.newKeySet();

  /** Opens when the server runs. */
  private volatile CountDownLatch running = new CountDownLatch(0);

  @BeforeAll
  static void start() {
    server = LogoutServer.start("logout-killed");
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void everyLogoutIsDelivered() throws Exception {
    outage(
        Integer.getInteger("bulwark.logouts", 400),
        Duration.ofSeconds(Integer.getInteger("bulwark.outage", 0)));
  }

  /** The promised figure, with a shorter outage. */
  @Test
  @Tag("full")
  void tenThousandLogoutsAreDelivered() throws Exception {
    outage(
        Integer.getInteger("bulwark.logouts", 10_000),
        Duration.ofSeconds(Integer.getInteger("bulwark.outage", 60)));
  }

  private void outage(int logouts, Duration length) throws Exception {
    LogoutRealm realm =
        LogoutRealm.create(server.keycloak().url(), server.admin(), "logout-killed");
    try (Application application = Application.start(realm.url(), "shop", JWSAlgorithm.RS256)) {
      realm.notified("shop", application.url());
      // Its keys are known before the server is gone.
      realm.logout("shop", realm.login("shop", "ann"));
      await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
      application.away();
      Instant away = Instant.now();
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        callers.add(threads.submit(() -> logInAndOut(realm, logouts)));
      }
      await().atMost(LONG).until(() -> ended.size() >= logouts / 2);
      killAndStart();
      for (Future<Void> caller : callers) {
        caller.get();
      }
      threads.shutdown();
      await("the end of the outage")
          .atMost(LONG)
          .until(() -> Instant.now().isAfter(away.plus(length)));
      application.back();
      Instant back = Instant.now();
      await().atMost(LONG).until(() -> application.acknowledged().size() > ended.size() / 3);
      killAndStart();

      await("every logout to be delivered")
          .atMost(LONG)
          .until(() -> deliveries(application).keySet().containsAll(ended));
      Duration took = Duration.between(back, Instant.now());
      await("nothing to wait")
          .atMost(SOON)
          .until(() -> server.metric("bulwark_backchannel_logout_waiting") == 0);
      Map<String, Long> deliveries = deliveries(application);
      assertThat(deliveries.values()).allMatch(times -> times <= 2);
      assertThat(application.forged()).isEmpty();
      assertThat(realm.dead()).isEmpty();
      System.out.printf(
          "%d logouts, %d deliveries, %d of them twice; all within %d s after the outage of %d s%n",
          ended.size(),
          application.acknowledged().size(),
          deliveries.values().stream().filter(times -> times == 2).count(),
          took.toSeconds(),
          Duration.between(away, back).toSeconds());
    }
  }

  private static Map<String, Long> deliveries(Application application) {
    return application.calls().stream()
        .collect(Collectors.groupingBy(Application.Call::sid, Collectors.counting()));
  }

  private void killAndStart() {
    CountDownLatch started = new CountDownLatch(1);
    running = started;
    server.keycloak().kill();
    server.keycloak().startAgain();
    started.countDown();
  }

  /** A logout that the killed server did not answer may or may not have happened. */
  private Void logInAndOut(LogoutRealm realm, int logouts) throws InterruptedException {
    while (ended.size() < logouts) {
      running.await();
      try {
        Response login = realm.login("shop", "ann");
        realm.logout("shop", login);
        ended.add(LogoutRealm.sid(login));
      } catch (UncheckedIOException ignored) {
        // It was killed: the next turn waits for its start.
      }
    }
    return null;
  }

  /**
   * Keycloak is down for an hour, as far as the sessions know, and is killed again when it has
   * noticed their ends and told none.
   */
  @Test
  void sessionsThatGoIdleWhileKeycloakIsDownAreToldOnce() {
    LogoutRealm realm = LogoutRealm.create(server.keycloak().url(), server.admin(), "logout-idle");
    try (Application application = Application.start(realm.url(), "shop", JWSAlgorithm.RS256)) {
      realm.notified("shop", application.url());
      Set<String> idle = new HashSet<>();
      for (int i = 0; i < IDLE_SESSIONS; i++) {
        idle.add(LogoutRealm.sid(realm.login("shop", i % 2 == 0 ? "ann" : "ben")));
      }
      String id = server.admin().get(realm.path("")).expect(200).text("id");
      // They are stored after the answer.
      await().atMost(SOON).until(() -> stored(id) == IDLE_SESSIONS);
      application.away();
      server.keycloak().kill();
      anHourPasses(id);
      server.keycloak().startAgain();
      await("all ends to be noticed")
          .atMost(SOON)
          .until(() -> server.metric("bulwark_backchannel_logout_waiting") >= IDLE_SESSIONS);
      assertThat(application.calls()).isEmpty();
      killAndStart();
      application.back();

      await("every end to be told")
          .atMost(LONG)
          .until(() -> deliveries(application).keySet().containsAll(idle));
      await("nothing to wait")
          .atMost(SOON)
          .until(() -> server.metric("bulwark_backchannel_logout_waiting") == 0);
      assertThat(deliveries(application).keySet()).isEqualTo(idle);
      assertThat(deliveries(application).values()).containsOnly(1L);
      assertThat(application.forged()).isEmpty();
      assertThat(realm.dead()).isEmpty();
    }
  }

  private static int stored(String realmId) {
    return Integer.parseInt(
        server
            .database()
            .sql(
                "SELECT count(*) FROM offline_client_session c JOIN offline_user_session s"
                    + " ON s.user_session_id = c.user_session_id"
                    + " AND s.offline_flag = c.offline_flag WHERE s.realm_id = '"
                    + realmId
                    + "'")
            .strip());
  }

  /** Keycloak's own default is half an hour without use. */
  private static void anHourPasses(String realmId) {
    server
        .database()
        .sql(
            "UPDATE offline_client_session SET timestamp = timestamp - 3600 WHERE user_session_id"
                + " IN (SELECT user_session_id FROM offline_user_session WHERE realm_id = '"
                + realmId
                + "')");
    server
        .database()
        .sql(
            "UPDATE offline_user_session SET created_on = created_on - 3600,"
                + " last_session_refresh = last_session_refresh - 3600 WHERE realm_id = '"
                + realmId
                + "'");
  }

  @Test
  void whatIsTooOldIsADeadLetterThatCanBeSentAgain() {
    LogoutRealm realm = LogoutRealm.create(server.keycloak().url(), server.admin(), "logout-dead");
    try (Application application = Application.start(realm.url(), "shop", JWSAlgorithm.RS256)) {
      realm.notified("shop", application.url());
      application.away();
      Response login = realm.login("shop", "ann");
      realm.logout("shop", login);
      await().atMost(SOON).until(() -> realm.failing().size() == 1);
      server
          .database()
          .sql("UPDATE bulwark_logout_notice SET created_at = 1 WHERE state = 'WAITING'");
      await().atMost(SOON).until(() -> realm.dead().size() == 1);
      assertThat(realm.dead().get(0).get("clientId").asText()).isEqualTo("shop");
      assertThat(realm.dead().get(0).get("sessionId").asText()).isEqualTo(LogoutRealm.sid(login));
      assertThat(realm.dead().get(0).get("reason").asText()).isEqualTo("no connection");
      await().atMost(SOON).until(() -> server.metric("bulwark_backchannel_logout_dead") == 1);

      application.back();
      String path =
          realm.path("/backchannel-logout/dead/" + realm.dead().get(0).get("id").asText());
      server.admin().post(path + "/send", "").expect(204);
      await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
      assertThat(application.acknowledged().get(0).sid()).isEqualTo(LogoutRealm.sid(login));
      server.admin().delete(path).expect(404);
    }
  }

  @Test
  void deadLettersOutliveAPauseOfTheirClientButNotTheirRealm() {
    LogoutRealm realm = LogoutRealm.create(server.keycloak().url(), server.admin(), "logout-kept");
    try (Application application = Application.start(realm.url(), "shop", JWSAlgorithm.RS256)) {
      realm.notified("shop", application.url());
      application.away();
      Response other = realm.login("shop", "ben");
      realm.logout("shop", realm.login("shop", "ann"));
      await().atMost(SOON).until(() -> realm.failing().size() == 1);
      server
          .database()
          .sql("UPDATE bulwark_logout_notice SET created_at = 1 WHERE state = 'WAITING'");
      await().atMost(SOON).until(() -> realm.dead().size() == 1);

      String dropped = "bulwark_backchannel_logout_notices_total{outcome=\"dropped\"}";
      double before = server.metric(dropped);
      realm.enable("shop", false);
      server.admin().delete(realm.path("/sessions/" + LogoutRealm.sid(other))).expect(204);
      await().atMost(SOON).until(() -> server.metric(dropped) > before);
      assertThat(realm.dead()).hasSize(1);

      String ofRealm =
          "SELECT count(*) FROM bulwark_logout_notice WHERE state = 'DEAD' AND realm_id = '"
              + server.admin().get(realm.path("")).expect(200).text("id")
              + "'";
      assertThat(server.database().sql(ofRealm).strip()).isEqualTo("1");
      realm.delete();
      await().atMost(SOON).until(() -> server.database().sql(ofRealm).strip().equals("0"));
    }
  }
}
