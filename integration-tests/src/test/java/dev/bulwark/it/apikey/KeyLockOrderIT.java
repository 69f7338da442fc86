package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * K3, K9: a key is made while the usage of its owner's keys is written. Both lock these rows, and
 * would wait for each other if one took them by age and the other by id. On PostgreSQL.
 */
@SharedRealm
class KeyLockOrderIT {

  private static final String WAITING =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND query ILIKE 'select%bulwark_api_key%'";

  private final Keys keys = new Keys(TestStack.get().realm());

  @Test
  void aKeyIsMadeWhileUsageIsWritten() {
    Assumptions.assumeTrue(
        TestStack.get().database().orElse(null) instanceof PostgresProcess, "PostgreSQL");
    PostgresProcess database = (PostgresProcess) TestStack.get().database().orElseThrow();
    String older = id("older");
    String newer = id("newer");
    // The order by age is the wrong one only if the newer key has the smaller id.
    for (int i = 0; newer.compareTo(older) > 0; i++) {
      older = newer;
      newer = id("newer-" + i);
    }
    String token = keys.token("bob");
    CompletableFuture<Response> made;
    try (OpenTransaction usage = database.hold(count(newer))) {
      made =
          CompletableFuture.supplyAsync(
              () -> keys.create(token, Keys.body("new", null, "tasks:read")));
      await().atMost(SOON).until(() -> !database.sql(WAITING).isBlank());
      usage.execute(count(older));
    }
    assertThat(made).succeedsWithin(SOON);
    made.join().expect(201);
  }

  private String id(String name) {
    return keys.made("bob", name, "tasks:read").get("id").asText();
  }

  /** As the server writes usage. */
  private static String count(String id) {
    return "UPDATE BULWARK_API_KEY SET REQUEST_COUNT = REQUEST_COUNT + 1 WHERE ID = '" + id + "'";
  }
}
