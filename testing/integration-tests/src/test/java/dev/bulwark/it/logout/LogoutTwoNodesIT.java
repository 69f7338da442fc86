package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.faults.NodePair;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * R9 with two nodes, on PostgreSQL and MariaDB: each end is delivered once, and none is lost when a
 * node is killed while it delivers ({@code -Dbulwark.logouts=10000}: so many).
 */
@Tag("full")
class LogoutTwoNodesIT {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int LOGOUTS = Integer.getInteger("bulwark.logouts", 400);
  private static final int THREADS = 4;

  private enum Database {
    POSTGRES(PostgresProcess::prepared),
    MARIADB(MariaDbProcess::start);

    private final Supplier<DatabaseProcess> start;

    Database(Supplier<DatabaseProcess> start) {
      this.start = start;
    }
  }

  private final Set<String> ended = ConcurrentHashMap.newKeySet();

  @ParameterizedTest
  @EnumSource
  void everyEndIsDelivered(Database database) throws Exception {
    String name = "logout-" + database.name().toLowerCase(Locale.ROOT);
    try (NodePair nodes =
        NodePair.start(
            database.start.get(), name, (node, spec) -> TestStack.manyFromOneAddress(spec))) {
      LogoutRealm first =
          LogoutRealm.create(nodes.first().keycloak().url(), nodes.first().admin(), name);
      LogoutRealm second = first.at(nodes.second().keycloak().url(), nodes.second().admin());
      try (Application application =
          Application.start(
              NodePair.PUBLIC_URL + "/realms/" + name, first.url(), "shop", JWSAlgorithm.RS256)) {
        first.notified("shop", application.url());
        silentEndsAreToldOnce(first, second, application);
        logoutsAtBothNodesAreToldOnce(first, second, application);
        noneIsLostWithANode(nodes, List.of(first, second), application);
        assertThat(application.forged()).isEmpty();
      }
    }
  }

  private static void silentEndsAreToldOnce(
      LogoutRealm first, LogoutRealm second, Application application) {
    first.change(Json.object("ssoSessionIdleTimeout", 4));
    List<String> sessions = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sessions.add(LogoutRealm.sid((i % 2 == 0 ? first : second).login("shop", "ann")));
    }
    await().atMost(SOON).until(() -> deliveries(application).keySet().containsAll(sessions));
    first.change(Json.object("ssoSessionIdleTimeout", 1800));
    Response ben = second.login("shop", "ben");
    second.admin().delete(second.path("/users/" + second.userId("ben"))).expect(204);
    await().atMost(SOON).until(() -> isTold(application, ben));
    assertThat(deliveries(application).values()).containsOnly(1L);
    assertThat(deliveries(application)).hasSize(sessions.size() + 1);
  }

  /** Of sessions that began at the other node. */
  private static void logoutsAtBothNodesAreToldOnce(
      LogoutRealm first, LogoutRealm second, Application application) {
    int before = deliveries(application).size();
    List<String> sessions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Response login = (i % 2 == 0 ? first : second).login("shop", "ann");
      (i % 2 == 0 ? second : first).logout("shop", login);
      sessions.add(LogoutRealm.sid(login));
    }
    await().atMost(SOON).until(() -> deliveries(application).keySet().containsAll(sessions));
    assertThat(deliveries(application).values()).containsOnly(1L);
    assertThat(deliveries(application)).hasSize(before + sessions.size());
  }

  /** One node is killed, started again, and then the other is killed: one of them was sending. */
  private void noneIsLostWithANode(
      NodePair nodes, List<LogoutRealm> realms, Application application) throws Exception {
    application.away();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int begin = i;
        callers.add(threads.submit(() -> logInAndOut(realms, begin)));
      }
      awaitEnded(LOGOUTS / 4);
      nodes.first().keycloak().kill();
      awaitEnded(LOGOUTS / 2);
      nodes.first().keycloak().startAgain();
      application.back();
      awaitEnded(LOGOUTS * 3 / 4);
      nodes.second().keycloak().kill();
      for (Future<Void> caller : callers) {
        caller.get();
      }
    } finally {
      threads.shutdownNow();
    }
    await("every logout to be delivered")
        .atMost(LONG)
        .until(() -> deliveries(application).keySet().containsAll(ended));
    await("nothing to wait")
        .atMost(SOON)
        .until(() -> nodes.first().metric("bulwark_backchannel_logout_waiting") == 0);
    assertThat(deliveries(application).values()).allMatch(times -> times <= 2);
    System.out.printf(
        "%d logouts at two nodes, %d of them delivered twice%n",
        ended.size(),
        deliveries(application).values().stream().filter(times -> times == 2).count());
  }

  /** At a node until it is killed, then at the other. */
  private Void logInAndOut(List<LogoutRealm> realms, int begin) {
    int current = begin % realms.size();
    while (ended.size() < LOGOUTS) {
      try {
        Response login = realms.get(current).login("shop", "ann");
        realms.get(current).logout("shop", login);
        ended.add(LogoutRealm.sid(login));
      } catch (UncheckedIOException ignored) {
        // A logout that a killed node did not answer may or may not have happened.
        current = 1 - current;
      }
    }
    return null;
  }

  private void awaitEnded(int number) {
    await(number + " logouts").atMost(LONG).until(() -> ended.size() >= number);
  }

  private static boolean isTold(Application application, Response login) {
    return deliveries(application).containsKey(LogoutRealm.sid(login));
  }

  private static Map<String, Long> deliveries(Application application) {
    return application.calls().stream()
        .collect(Collectors.groupingBy(Application.Call::sid, Collectors.counting()));
  }
}
