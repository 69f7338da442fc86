package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1, R7: two nodes under load. A session that one node has issued and the other has logged out is
 * in Redis with the response of the logout, with all its tokens. {@code -Dbulwark.logouts=10000}
 * asks as often as the promise says.
 */
@Tag("full")
class LogoutsOnTwoNodesIT {

  /** System property with the number of logouts. */
  private static final int LOGOUTS = Integer.getInteger("bulwark.logouts", 1_000);

  /** Each with a user of its own. */
  private static final int CALLERS = 8;

  @Test
  void whatEndsAtTheOtherNodeIsInRedisWithTheResponse() throws Exception {
    try (NodePair nodes = NodePair.start("logouts-on-two-nodes", (name, spec) -> spec)) {
      IssuedTokens realm =
          IssuedTokens.inNewRealm(
              nodes.first().keycloak().url(),
              nodes.first().admin(),
              "logouts-on-two-nodes",
              nodes.redis()::ttl);
      for (int i = 0; i < CALLERS; i++) {
        realm.addUser(nodes.first().admin(), "caller" + i);
      }
      try (Load load = new Load(nodes, realm)) {
        long began = System.nanoTime();
        List<String> late = load.logOut();
        System.out.printf(
            Locale.ROOT,
            "LogoutsOnTwoNodesIT: %d logouts in %.1f s, %d other tokens, %d late%n",
            LOGOUTS,
            (System.nanoTime() - began) / 1e9,
            load.others.get(),
            late.size());
        assertThat(late).as("of %d logouts", LOGOUTS).isEmpty();
        assertThat(load.others).as("tokens of the other load").hasPositiveValue();
      }
    }
  }

  /** Callers at both nodes, beside sessions that are refreshed and services that ask for tokens. */
  private static final class Load implements AutoCloseable {

    private final NodePair nodes;
    private final IssuedTokens realm;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> background = new ArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger others = new AtomicInteger();
    private final AtomicInteger next = new AtomicInteger();
    private final Queue<String> late = new ConcurrentLinkedQueue<>();

    Load(NodePair nodes, IssuedTokens realm) {
      this.nodes = nodes;
      this.realm = realm;
      for (int node = 0; node < 2; node++) {
        IssuedTokens at = at(node);
        Response session = at.login("ann");
        background.add(repeat(at, tokens -> tokens.refresh(session)));
        background.add(repeat(at, IssuedTokens::service));
      }
    }

    private Future<?> repeat(IssuedTokens at, Consumer<IssuedTokens> request) {
      return threads.submit(
          () -> {
            while (!ended.get()) {
              request.accept(at);
              others.incrementAndGet();
            }
          });
    }

    private IssuedTokens at(int node) {
      return realm.at(nodes.inTurn(node).keycloak().url());
    }

    /** Returns which tokens were not in Redis with the response. */
    List<String> logOut() throws Exception {
      List<Future<?>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        String user = "caller" + i;
        callers.add(threads.submit(() -> logOut(user)));
      }
      for (Future<?> caller : callers) {
        caller.get();
      }
      ended.set(true);
      for (Future<?> one : background) {
        one.get();
      }
      return List.copyOf(late);
    }

    private void logOut(String user) {
      List<IssuedTokens> at = List.of(at(0), at(1));
      for (int i = next.getAndIncrement(); i < LOGOUTS; i = next.getAndIncrement()) {
        IssuedTokens issuing = at.get(i % 2);
        Response login = issuing.login(user);
        Response refreshed = issuing.refresh(login);
        at.get((i + 1) % 2).logout(refreshed);
        for (Response token : List.of(login, refreshed)) {
          if (!issuing.isInRedis(token)) {
            late.add("logout " + i + ": " + issuing.key(token));
          }
        }
      }
    }

    @Override
    public void close() {
      ended.set(true);
      threads.shutdownNow();
    }
  }
}
