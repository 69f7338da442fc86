package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R3 and B7: two nodes with one database and one Redis, and the one that does the work is killed.
 */
@Tag("full")
class TwoNodesIT {

  @Test
  void theOtherNodeTakesOver() {
    try (NodePair nodes = NodePair.start("node", (name, spec) -> spec)) {
      RedisProcess redis = nodes.redis();
      FaultServer one = nodes.first();
      FaultServer two = nodes.second();
      IssuedTokens tokens =
          IssuedTokens.inNewRealm(one.keycloak().url(), one.admin(), "two-nodes", redis::ttl);
      await("one node leads").atMost(SOON).until(() -> leads(one) != leads(two));

      // Issued by one node, ended at the other.
      Response first = tokens.login("ann");
      Response stays = tokens.login("ann");
      tokens.useServer(two.keycloak().url());
      tokens.logout(first);
      tokens.awaitAgreement(1, SOON);
      tokens.useServer(one.keycloak().url());
      tokens.awaitAgreement(1, SOON);

      // Killed with a revocation that is not yet in Redis.
      FaultServer leader = leads(one) ? one : two;
      FaultServer other = leader == one ? two : one;
      tokens.useServer(leader.keycloak().url());
      Response last = tokens.login("ben");
      redis.pause();
      leader.awaitRedisUp(0);
      tokens.logout(last);
      leader.keycloak().kill();
      redis.resume();
      tokens.useServer(other.keycloak().url());
      tokens.awaitAgreement(2, SOON);
      assertThat(leads(other)).isTrue();

      // The first comes back and works on.
      leader.keycloak().startAgain();
      tokens.useServer(leader.keycloak().url());
      tokens.logout(tokens.login("cyn"));
      tokens.logout(stays);
      tokens.awaitAgreement(4, SOON);
    }
  }

  private static boolean leads(FaultServer node) {
    return node.metric("bulwark_revocation_leading") == 1;
  }
}
