package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
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

  @Test
  void theKeyIsRemovedBeforeTheRowIsWritten() {
    JsonNode key = keys.made("bob", "stalls", "tasks:read");
    CompletableFuture<Response> exchange;
    try (OpenTransaction lock = database.hold(LOCK)) {
      assertThat(lock).isNotNull();
      exchange = exchange(key);
      awaitStalled(exchange);
      remove(key);
    }
    assertThat(exchange).succeedsWithin(SOON);
    KeyTokens.assertRevoked(keys, exchange.join().expect(200).text("access_token"));
  }

  @Test
  void theKeyIsRemovedWhileTheRowIsSetAside() {
    JsonNode key = keys.made("bob", "stalls-for-long", "tasks:read");
    Response exchanged;
    try (OpenTransaction lock = database.hold(LOCK)) {
      assertThat(lock).isNotNull();
      CompletableFuture<Response> exchange = exchange(key);
      assertThat(exchange).succeedsWithin(SOON);
      exchanged = exchange.join().expect(200);
      remove(key);
    }
    KeyTokens.assertRevoked(keys, exchanged.text("access_token"));
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

  /** By the administrator, who needs no token of the realm. */
  private void remove(JsonNode key) {
    TestStack.get().admin().delete("/realms/app/api-keys/" + key.get("id").asText()).expect(204);
  }
}
