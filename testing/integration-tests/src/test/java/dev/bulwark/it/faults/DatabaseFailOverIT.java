package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Realm;
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
    try (Installation it = new Installation()) {
      List<Response> lost = it.issueWithoutStandby(it.issue());
      it.primary.kill();
      it.standby.promote();
      await().atMost(SOON).ignoreExceptions().until(() -> it.server.readiness().status() == 200);
      // The session of the last one goes on: its tokens must live.
      it.tokens.logout(lost.get(0));
      it.tokens.logout(lost.get(1));
      it.tokens.awaitAgreement(6, SOON);
      it.server.awaitMetric("bulwark_revocation_ledger_rewritten_total", 1);
    }
  }

  /** A server, a primary database and its standby. */
  private static final class Installation implements AutoCloseable {

    private final PostgresProcess primary = PostgresProcess.prepared();
    private final PostgresProcess standby = primary.standby();
    private final RedisProcess redis = RedisProcess.start();
    private final FaultServer server;
    private final IssuedTokens tokens;

    Installation() {
      server =
          FaultServer.start(
              "database-fail-over", redis.url(), primary, spec -> spec.option("db-url", address()));
      tokens =
          IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "fail-over", redis::ttl);
    }

    /** Logs three users in and refreshes each; their rows are at the standby as well. */
    List<Response> issue() {
      List<Response> issued = new ArrayList<>();
      for (String user : List.of("ann", "ben", "cyn")) {
        Response login = tokens.login(user);
        issued.add(login);
        issued.add(tokens.refresh(login));
      }
      awaitRows(issued);
      standby.awaitCaughtUp(primary);
      return issued;
    }

    /** Refreshes the three sessions; the standby gets none of these rows. */
    List<Response> issueWithoutStandby(List<Response> kept) {
      standby.stopFollowing();
      List<Response> issued = new ArrayList<>();
      for (int i = 0; i < kept.size(); i += 2) {
        issued.add(tokens.refresh(kept.get(i)));
      }
      awaitRows(issued);
      assertThat(issued).noneMatch(token -> hasRow(standby, token));
      return issued;
    }

    private void awaitRows(List<Response> issued) {
      await().atMost(SOON).until(() -> issued.stream().allMatch(token -> hasRow(primary, token)));
    }

    private String address() {
      return "jdbc:postgresql://127.0.0.1:"
          + primary.port()
          + ",127.0.0.1:"
          + standby.port()
          + "/keycloak?targetServerType=primary&hostRecheckSeconds=1";
    }

    @Override
    public void close() {
      server.close();
      redis.close();
      standby.close();
      primary.close();
    }
  }

  private static boolean hasRow(PostgresProcess database, Response token) {
    return database
        .sql("SELECT COUNT(*) FROM BULWARK_TOKEN WHERE JTI = '" + jti(token) + "'")
        .equals("1");
  }

  private static String jti(Response token) {
    return Realm.claims(token.text("access_token")).get("jti").asText();
  }
}
