package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.faults.NodePair;
import dev.bulwark.it.support.BusyLoops;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R1 with two nodes: what one issues the other ends, at the same moment. */
@Tag("full")
class TwoNodesRandomIT {

  private static final int SESSIONS = 300;
  private static final int REFRESHES = 3;
  private static final int SWITCHES = 100;

  private static NodePair pair;
  private static RevokedKeys keys;

  @BeforeAll
  static void start() {
    pair = NodePair.start("random-pair", (name, spec) -> spec);
    keys = new RevokedKeys(pair.redis().url());
  }

  @AfterAll
  static void end() {
    if (keys != null) {
      keys.close();
    }
    if (pair != null) {
      pair.close();
    }
  }

  @Test
  void anythingAtEitherNode() throws Exception {
    TwoNodeRealm realm = TwoNodeRealm.create(pair, "random-pair");
    RandomRun run =
        new RandomRun("TwoNodesRandomIT", realm.nodes(), keys, Optional.of(pair.database()));
    run.world().trustProvider();
    // A third witness for them: their status lists.
    List.of("cli", "light").forEach(realm.first()::addStatusLists);
    try (SideRealms sides =
        SideRealms.of(run.world(), name -> TwoNodeRealm.create(pair, name).nodes())) {
      TokenBook book = run.forAbout(Duration.ofMinutes(Long.getLong("bulwark.random.minutes", 2)));
      assertThat(book.issued()).isGreaterThan(60);
      assertThat(book.dead()).isGreaterThan(20);
      assertThat(book.listed()).as("tokens that the lists are asked about").isGreaterThan(20);
    }
  }

  /**
   * Three refreshes at one node against the logout at the other, for each of many sessions. Without
   * a second look at the ledger about every fourth of such tokens would escape.
   */
  @Test
  void refreshesAtOneNodeAgainstTheLogoutAtTheOther() throws Exception {
    TwoNodeRealm realm = TwoNodeRealm.create(pair, "refresh-against-logout");
    realm.first().createUser("racer");
    Endings endings = new Endings();
    TokenBook book =
        new TokenBook(
            realm.nodes(), keys::contains, endings, new Excuses(), Optional.of(pair.database()));
    Set<String> issued = ConcurrentHashMap.newKeySet();
    TokenBook.Origin origin = new TokenBook.Origin("racer", "cli", "refresh", "test");
    ExecutorService threads = Executors.newFixedThreadPool(REFRESHES + 1);
    try (BusyLoops load = BusyLoops.start()) {
      for (int session = 0; session < SESSIONS; session++) {
        Response tokens = realm.nodes().get(session % 2).login("racer");
        endings.during("logout", "racer", () -> race(threads, realm, tokens, issued));
      }
    } finally {
      threads.shutdownNow();
    }
    long late = issued.stream().filter(token -> !keys.contains(token)).count();
    issued.forEach(token -> book.add(token, origin));
    book.check(0);
    System.out.printf(
        "TwoNodesRandomIT: %d tokens of %d sessions, %d of them not in Redis at first; %s%n",
        issued.size(), SESSIONS, late, book.summary());
    assertThat(book.dead()).isGreaterThan(SESSIONS);
  }

  /**
   * R2: a service gets tokens at one node while an administrator disables and enables its client at
   * the other. None that is asked for after the answer is of a row that was ended before.
   */
  @Test
  void whatAServiceGetsAtOneNodeWhileItIsSwitchedAtTheOther() {
    TwoNodeRealm realm = TwoNodeRealm.create(pair, "switched-service");
    realm.first().createClient("switched");
    String path = "/clients/" + realm.first().clientUuid("switched");
    Deaths deaths = new Deaths(realm.second(), keys);
    int sameSecond = 0;
    try (BusyLoops load = BusyLoops.start()) {
      for (int time = 0; time < SWITCHES; time++) {
        String before = "";
        for (int i = 0; i < 5; i++) {
          before = realm.second().serviceOf("switched").text("access_token");
        }
        realm.first().update(path, Map.of("enabled", false));
        realm.first().update(path, Map.of("enabled", true));
        String after = realm.second().serviceOf("switched").text("access_token");
        keys.assertRevoked(before);
        deaths.assertAlive(after);
        if (Realm.claims(before).path("iat").equals(Realm.claims(after).path("iat"))) {
          sameSecond++;
        }
      }
    }
    System.out.printf(
        "TwoNodesRandomIT: %d of %d switches within the second of a token%n", sameSecond, SWITCHES);
    assertThat(sameSecond).isPositive();
  }

  private static void race(
      ExecutorService threads, TwoNodeRealm realm, Response tokens, Set<String> issued) {
    issued.add(tokens.text("access_token"));
    String refreshToken = tokens.text("refresh_token");
    CyclicBarrier start = new CyclicBarrier(REFRESHES + 1);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < REFRESHES; i++) {
      running.add(
          threads.submit(
              () -> {
                start.await();
                Response refreshed = realm.first().refresh("cli", refreshToken);
                if (refreshed.status() == 200) {
                  issued.add(refreshed.text("access_token"));
                }
                return null;
              }));
    }
    running.add(
        threads.submit(
            () -> {
              start.await();
              return realm.second().logout("cli", refreshToken).expect(204);
            }));
    for (Future<?> one : running) {
      try {
        one.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
