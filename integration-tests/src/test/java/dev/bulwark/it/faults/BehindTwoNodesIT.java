package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1, R7: two nodes write the ledger behind the response. A token of one node that is logged out at
 * the other is in Redis with the response of the logout.
 */
@Tag("full")
class BehindTwoNodesIT {

  /** System property with the number of logouts. */
  private static final int LOGOUTS = Integer.getInteger("bulwark.logouts", 1_000);

  @Test
  void whatEndsAtTheOtherNodeIsInRedisWithTheResponse() {
    try (NodePair nodes =
        NodePair.start(
            "behind-two-nodes",
            (name, spec) ->
                spec.option("spi-events-listener--redis-revocation--ledger", "behind"))) {
      IssuedTokens tokens =
          IssuedTokens.inNewRealm(
              nodes.first().keycloak().url(),
              nodes.first().admin(),
              "behind-two-nodes",
              nodes.redis()::ttl);
      await()
          .atMost(SOON)
          .until(
              () -> {
                for (int i = 0; i < 2; i++) {
                  tokens.useServer(nodes.inTurn(i).keycloak().url());
                  tokens.logout(tokens.login("ann"));
                }
                return nodes
                    .database()
                    .sql("SELECT COUNT(*) FROM BULWARK_NODE WHERE BUSY = 1")
                    .equals("2");
              });
      List<Integer> late = new ArrayList<>();
      for (int i = 0; i < LOGOUTS; i++) {
        tokens.useServer(nodes.inTurn(i).keycloak().url());
        Response token = tokens.refresh(tokens.login("ann"));
        tokens.useServer(nodes.inTurn(i + 1).keycloak().url());
        tokens.logout(token);
        if (!tokens.isInRedis(token)) {
          late.add(i);
        }
      }
      assertThat(late).as("of %d logouts", LOGOUTS).isEmpty();
    }
  }
}
