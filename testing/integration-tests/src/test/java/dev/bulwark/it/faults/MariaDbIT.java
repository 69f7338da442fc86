package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R1 and R3 with Keycloak on MariaDB, whose SQL is another. */
@Tag("full")
class MariaDbIT {

  @Test
  void revocationsArriveAlsoAfterRedisWasEmptiedAndKeycloakKilled() {
    try (MariaDbProcess database = MariaDbProcess.start();
        RedisProcess redis = RedisProcess.start();
        FaultServer server = FaultServer.start("mariadb", redis.url(), database, spec -> spec)) {
      IssuedTokens tokens =
          IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "mariadb", redis::ttl);
      tokens.logout(tokens.login("ann"));
      tokens.revoke(tokens.login("ann"));
      Response session = tokens.refresh(tokens.login("ben"));
      tokens.awaitAgreement(2, SOON);
      redis.flushAll();
      tokens.awaitAgreement(2, SOON);

      redis.pause();
      server.awaitRedisUp(0);
      tokens.logout(session);
      server.keycloak().kill();
      redis.resume();
      server.keycloak().startAgain();
      tokens.awaitAgreement(4, SOON);

      database.stop();
      database.startAgain();
      await().atMost(SOON).until(() -> server.readiness().status() == 200);
      tokens.logout(tokens.login("cyn"));
      tokens.awaitAgreement(5, SOON);
    }
  }
}
