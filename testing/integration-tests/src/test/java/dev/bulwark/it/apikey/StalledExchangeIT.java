package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * K6 and R1: a key is removed while its exchange stalls, since the ledger does not take the row of
 * the token. On PostgreSQL.
 */
@SharedRealm
class StalledExchangeIT {

  /** Lets everybody read the ledger and nobody write to it. */
  private static final String LOCK = "LOCK TABLE bulwark_token IN SHARE ROW EXCLUSIVE MODE";

  private static final String WAITING =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND query ILIKE 'INSERT INTO%bulwark_token%'";

  private final Keys keys = new Keys(TestStack.get().realm());
  private PostgresProcess database;

  @BeforeEach
  void requirePostgres() {
    Assumptions.assumeTrue(
        TestStack.get().database().orElse(null) instanceof PostgresProcess, "PostgreSQL");
    database = (PostgresProcess) TestStack.get().database().orElseThrow();
  }

  /**
   * Where the machine is slow, the row comes too late, and the exchange is refused and repeated.
   */
  @Test
  void theKeyIsRemovedBeforeTheRowIsWritten() {
    Response exchanged =
        await()
            .atMost(SOON)
            .until(this::exchangeOfAKeyThatIsRemoved, answer -> answer.status() != 503);
    KeyTokens.assertRevoked(keys, exchanged.expect(200).text("access_token"));
  }

  private Response exchangeOfAKeyThatIsRemoved() {
    JsonNode key = keys.made("bob", "stalls", "tasks:read");
    String administrator = "Bearer " + AdminApi.token(TestStack.get().url());
    CompletableFuture<Response> exchange;
    try (OpenTransaction lock = database.hold(LOCK)) {
      assertThat(lock).isNotNull();
      exchange = exchange(key);
      awaitStalled(exchange);
      remove(key, administrator);
    }
    assertThat(exchange).succeedsWithin(SOON);
    return exchange.join();
  }

  private CompletableFuture<Response> exchange(JsonNode key) {
    return CompletableFuture.supplyAsync(() -> keys.exchange(key.get("key").asText(), null));
  }

  private void awaitStalled(CompletableFuture<Response> exchange) {
    await("the row waits")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> exchange.isDone() || !database.sql(WAITING).isEmpty());
  }

  private void remove(JsonNode key, String administrator) {
    String path = "/admin/realms/app/api-keys/" + key.get("id").asText();
    Http.send(
            Http.request(TestStack.get().url() + path)
                .header("Authorization", administrator)
                .DELETE())
        .expect(204);
  }
}
