package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.faults.FaultServer;
import dev.bulwark.it.faults.NodePair;
import dev.bulwark.redis.process.LocalProcess;
import java.time.Duration;
import java.util.List;
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
  private static TwoNodeRealm realm;

  @BeforeAll
  static void start() {
    pair = NodePair.start("witnessed", (name, spec) -> spec);
    realm = TwoNodeRealm.create(pair, "witnessed");
  }

  @AfterAll
  static void end() {
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
    run()
        .through(
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
    run()
        .through(
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
    run()
        .through(
            traffic -> {
              pair.database().stop();
              pair.database().startAgain();
            });
  }

  /** Rows that PostgreSQL has acknowledged and not yet written are lost with it. */
  @Test
  void theDatabaseCrashes() throws Exception {
    run()
        .through(
            traffic -> {
              pair.database().crash();
              pair.database().startAgain();
            });
  }

  @Test
  void redisIsFlushed() throws Exception {
    run().through(traffic -> pair.redis().flushAll());
  }

  /** Redis is halted for so long that nothing in it may be trusted when it goes on. */
  @Test
  void redisIsHalted() throws Exception {
    run()
        .through(
            traffic -> {
              pair.redis().pause();
              pair.awaitRedis(0);
              traffic.goOnFor(LONG);
              pair.redis().resume();
            });
  }

  @Test
  void redisIsKilledAndComesBackEmpty() throws Exception {
    run()
        .through(
            traffic -> {
              pair.redis().kill();
              pair.awaitRedis(0);
              traffic.goOnFor(Duration.ofSeconds(5));
              pair.redis().startAgain();
            });
  }

  private static WitnessedRun run() {
    String redis = pair.redis().url();
    return new WitnessedRun("WitnessedFaultsIT", pair, realm, redis, () -> redis);
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
}
