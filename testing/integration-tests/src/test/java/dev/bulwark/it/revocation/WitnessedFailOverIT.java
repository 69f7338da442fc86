package dev.bulwark.it.revocation;

import dev.bulwark.it.faults.NodePair;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.SentinelGroup;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R3 and R4 with two nodes under traffic: the primary Redis is lost, and Sentinels replace it by a
 * replica that lacks its last keys.
 */
@Tag("full")
class WitnessedFailOverIT {

  @Test
  void aReplicaThatLacksTheLastKeysTakesOver() throws Exception {
    try (SentinelGroup group = SentinelGroup.start();
        NodePair pair =
            NodePair.startWith(group.url(), "witnessed-fail-over", (name, spec) -> spec)) {
      TwoNodeRealm realm = TwoNodeRealm.create(pair, "witnessed-fail-over");
      new WitnessedRun("WitnessedFailOverIT", pair, realm, group.url(), () -> group.primary().url())
          .throughALossOfKeys(
              traffic -> {
                group.awaitReplica();
                RedisProcess primary = group.primary();
                RedisProcess replica = group.replica();
                // What is written now never gets to the replica, not even to its socket.
                replica.pause();
                primary.admin("CLIENT", "KILL", "TYPE", "replica");
                traffic.goOnFor(Duration.ofSeconds(2));
                primary.kill();
                replica.resume();
                group.awaitOtherPrimary(primary);
              });
    }
  }
}
