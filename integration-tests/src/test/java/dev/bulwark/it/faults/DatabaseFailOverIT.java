package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R3: the primary database dies, and its standby, which has not received the last commits, takes
 * over. Tokens whose ledger rows were among those commits are with their clients; their sessions
 * are older and live on.
 */
@Tag("full")
class DatabaseFailOverIT {

  @Test
  void tokensWhoseRowsWereLostWithThePrimaryAreRevokedByALaterLogout() {
    try (PostgresProcess primary = PostgresProcess.prepared();
        PostgresProcess standby = primary.standby();
        RedisProcess redis = RedisProcess.start();
        FaultServer server =
            FaultServer.start(
                "database-fail-over",
                redis.url(),
                primary,
                spec -> spec.option("db-url", address(primary, standby)))) {
      IssuedTokens tokens =
          IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "fail-over", redis::ttl);
      List<Response> sessions = new ArrayList<>();
      for (String user : List.of("ann", "ben", "cyn")) {
        sessions.add(tokens.login(user));
      }
      standby.awaitCaughtUp(primary);
      standby.stopFollowing();

      List<Response> lost = new ArrayList<>();
      for (Response session : sessions) {
        lost.add(tokens.refresh(session));
      }
      assertThat(rows(primary)).isEqualTo(rows(standby) + lost.size());

      primary.kill();
      standby.promote();
      await().atMost(SOON).ignoreExceptions().until(() -> server.readiness().status() == 200);
      // The session of the last one goes on: its token must live.
      tokens.logout(lost.get(0));
      tokens.logout(lost.get(1));
      tokens.awaitAgreement(4, SOON);
      assertThat(server.metric("bulwark_revocation_ledger_rewritten_total")).isPositive();
    }
  }

  private static int rows(PostgresProcess database) {
    return Integer.parseInt(database.sql("SELECT count(*) FROM bulwark_token"));
  }

  private static String address(PostgresProcess primary, PostgresProcess standby) {
    return "jdbc:postgresql://127.0.0.1:"
        + primary.port()
        + ",127.0.0.1:"
        + standby.port()
        + "/keycloak?targetServerType=primary&hostRecheckSeconds=1";
  }
}
