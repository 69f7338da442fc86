package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.faults.FaultServer;
import dev.bulwark.it.faults.NodePair;
import dev.bulwark.it.support.BusyLoops;
import dev.bulwark.redis.process.LocalProcess;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R3 and R5 with two nodes under traffic: parts fail while users log in and out, and an application
 * asks all the time. It is never told that a token is valid whose logout was confirmed while Redis
 * was up; afterwards Redis and introspection agree on every token ever issued.
 */
@Tag("full")
class WitnessedFaultsIT {

  /** Long enough that a leader's lease goes, and that Redis' watermark goes. */
  private static final Duration LONG = Duration.ofSeconds(20);

  private static NodePair pair;
  private static RevokedKeys keys;
  private static TwoNodeRealm realm;

  @BeforeAll
  static void start() {
    pair = NodePair.start("witnessed", (name, spec) -> spec);
    keys = new RevokedKeys(pair.redis().url());
    realm = TwoNodeRealm.create(pair, "witnessed");
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

  @BeforeEach
  void everythingIsUp() {
    pair.awaitRedis(1);
  }

  @Test
  void aNodeIsKilled() throws Exception {
    witnessed(
        traffic -> {
          FaultServer leader = leader();
          leader.keycloak().kill();
          traffic.goOnFor(LONG);
          leader.keycloak().startAgain();
        });
  }

  /** A leader that is halted beyond its lease finds another one when it goes on. */
  @Test
  void theLeaderIsHalted() throws Exception {
    witnessed(
        traffic -> {
          FaultServer leader = leader();
          FaultServer other = leader == pair.first() ? pair.second() : pair.first();
          signal("STOP", leader.keycloak().pid());
          try {
            await("the other leads").atMost(SOON).until(() -> leads(other));
            traffic.goOnFor(LONG);
          } finally {
            signal("CONT", leader.keycloak().pid());
          }
        });
  }

  @Test
  void theDatabaseIsRestarted() throws Exception {
    witnessed(
        traffic -> {
          pair.database().stop();
          pair.database().startAgain();
        });
  }

  @Test
  void redisIsFlushed() throws Exception {
    witnessed(traffic -> pair.redis().flushAll());
  }

  /** Redis is halted for so long that nothing in it may be trusted when it goes on. */
  @Test
  void redisIsHalted() throws Exception {
    witnessed(
        traffic -> {
          pair.redis().pause();
          pair.awaitRedis(0);
          traffic.goOnFor(LONG);
          pair.redis().resume();
        });
  }

  @Test
  void redisIsKilledAndComesBackEmpty() throws Exception {
    witnessed(
        traffic -> {
          pair.redis().kill();
          pair.awaitRedis(0);
          traffic.goOnFor(Duration.ofSeconds(5));
          pair.redis().startAgain();
        });
  }

  private static void witnessed(Fault fault) throws Exception {
    TokenBook book =
        new TokenBook(
            realm.nodes(), keys, new Endings(), new Excuses(), Optional.of(pair.database()));
    List<String> wrong;
    try (BusyLoops load = BusyLoops.start();
        Witness witness = new Witness(pair.redis().port())) {
      awaitTrust(witness);
      try (LoginTraffic traffic = new LoginTraffic(realm, book, witness)) {
        traffic.goOnFor(Duration.ofSeconds(5));
        fault.happens(traffic);
        pair.awaitRedis(1);
        awaitTrust(witness);
        traffic.goOnFor(Duration.ofSeconds(5));
      }
      keys.client().getPool().clear();
      book.check(0);
      wrong = witness.wrongAnswers();
      System.out.printf(
          "WitnessedFaultsIT: %s; %d answers, %d wrong%n",
          book.summary(), witness.answers(), wrong.size());
    }
    assertThat(wrong).as("VALID after the logout was confirmed").isEmpty();
    assertThat(book.dead()).isGreaterThan(10);
  }

  private static void awaitTrust(Witness witness) {
    await("the library trusts Redis").atMost(SOON).until(witness::trustsRedis);
  }

  private static FaultServer leader() {
    await("one node leads").atMost(SOON).until(() -> leads(pair.first()) != leads(pair.second()));
    return leads(pair.first()) ? pair.first() : pair.second();
  }

  private static boolean leads(FaultServer node) {
    return node.metric("bulwark_revocation_leading") == 1;
  }

  private static void signal(String name, long pid) {
    LocalProcess.run(Duration.ofSeconds(10), List.of("kill", "-" + name, Long.toString(pid)));
  }

  /** What fails, and comes back. */
  private interface Fault {
    void happens(LoginTraffic traffic) throws Exception;
  }
}
