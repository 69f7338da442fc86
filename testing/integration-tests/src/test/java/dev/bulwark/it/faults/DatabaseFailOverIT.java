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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R3: the primary database dies, and its standby, which has not received the last commits, takes
 * over. Tokens whose ledger rows were among those commits are with their clients; their sessions
 * are older and live on.
 */
@Tag("full")
class DatabaseFailOverIT {

  private static final String LEDGER = "spi-events-listener--redis-revocation--ledger";

  @ParameterizedTest
  @ValueSource(strings = {"behind", "strict"})
  void tokensWhoseRowsWereLostWithThePrimaryAreRevokedByALaterLogout(String ledger) {
    try (Installation it = new Installation(ledger)) {
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

  /** Nobody is left who has the rows, but the standby knows that the ids were reserved. */
  @Test
  void tokensWhoseRowsWereLostWithThePrimaryAndTheNodeAreRevoked() {
    try (Installation it = new Installation("behind")) {
      List<Response> kept = it.issue();
      List<Response> lost = it.issueWithoutStandby(kept);
      it.server.keycloak().kill();
      it.primary.kill();
      it.standby.promote();
      it.server.keycloak().startAgain();
      await().atMost(SOON).until(() -> lost.stream().allMatch(it.tokens::isInRedis));
      assertThat(kept).noneMatch(it.tokens::isInRedis);
      it.server.awaitMetric("bulwark_revocation_node_lost_total", lost.size());
    }
  }

  /** A server, a primary database and its standby. */
  private static final class Installation implements AutoCloseable {

    private final boolean behind;
    private final PostgresProcess primary = PostgresProcess.prepared();
    private final PostgresProcess standby = primary.standby();
    private final RedisProcess redis = RedisProcess.start();
    private final FaultServer server;
    private final IssuedTokens tokens;

    Installation(String ledger) {
      behind = ledger.equals("behind");
      server =
          FaultServer.start(
              "database-fail-over",
              redis.url(),
              primary,
              spec -> spec.option("db-url", address()).option(LEDGER, ledger));
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
      if (behind) {
        awaitReservedIds(issued.get(1));
      }
      awaitRows(issued);
      standby.awaitCaughtUp(primary);
      return issued;
    }

    /** Refreshes the three sessions; the standby gets none of these rows. */
    List<Response> issueWithoutStandby(List<Response> kept) {
      standby.stopFollowing();
      if (behind) {
        // A node that was idle writes the row of its first token before the response.
        await()
            .atMost(SOON)
            .until(
                () -> {
                  tokens.refresh(kept.get(4));
                  return primary
                      .sql("SELECT COUNT(*) FROM BULWARK_NODE WHERE BUSY = 1")
                      .equals("1");
                });
      }
      List<Response> issued = new ArrayList<>();
      for (int i = 0; i < kept.size(); i += 2) {
        issued.add(tokens.refresh(kept.get(i)));
      }
      awaitRows(issued);
      assertThat(issued).noneMatch(token -> hasRow(standby, token));
      return issued;
    }

    /** Waits until the database has blocks with ids for such tokens. */
    private void awaitReservedIds(Response token) {
      String jti = jti(token);
      String prefix = jti.substring(0, jti.lastIndexOf(':') + 1);
      await()
          .atMost(SOON)
          .until(
              () ->
                  !primary
                      .sql("SELECT COUNT(*) FROM BULWARK_BLOCK WHERE PREFIX = '" + prefix + "'")
                      .equals("0"));
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
