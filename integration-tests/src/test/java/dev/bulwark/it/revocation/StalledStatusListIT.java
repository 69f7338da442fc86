package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.StatusListView;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R8: a lock holds up the queries of the lists. Each query ends by itself, and requests have an
 * answer meanwhile: the list that was read last, and 503 past its {@code exp}.
 */
@Tag("full")
class StalledStatusListIT {

  private static final TestStack STACK = TestStack.get();
  private static final StatusListView LISTS = new StatusListView();

  /** A request waits for three seconds at most. */
  private static final Duration PROMPT = Duration.ofSeconds(5);

  /** Requests one after the other; some are sent while a query is young, and wait for it. */
  private static final int REQUESTS = 30;

  @Test
  void aQueryThatHangsEndsAndItsListRecovers() {
    Assumptions.assumeTrue(
        STACK.database().orElse(null) instanceof PostgresProcess,
        "Only PostgreSQL has the lock: the test is skipped.");
    PostgresProcess database = (PostgresProcess) STACK.database().orElseThrow();
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "stalled-list");
    try {
      realm.addStatusLists("cli");
      Response tokens = realm.login("ann");
      assertThat(LISTS.isRevoked(tokens.text("access_token"))).contains(false);
      String uri = StatusListView.place(tokens.text("access_token")).orElseThrow().uri();
      stall(database, uri);
      await().atMost(SOON).until(() -> Http.get(uri).status() == 200);
      realm.logout("cli", tokens.text("refresh_token")).expect(204);
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(LISTS.isRevoked(tokens.text("access_token"))).contains(true));
    } finally {
      realm.delete();
    }
  }

  private static void stall(PostgresProcess database, String uri) {
    int begin = STACK.keycloak().log().length();
    try (OpenTransaction lock =
        database.hold("LOCK TABLE bulwark_status_list IN ACCESS EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      await()
          .atMost(SOON)
          .until(
              () -> {
                assertThat(promptStatus(uri)).isEqualTo(200);
                return STACK
                    .keycloak()
                    .log()
                    .substring(begin)
                    .contains("The token status lists cannot be read");
              });
      long began = System.nanoTime();
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(promptStatus(uri)).isEqualTo(200);
      }
      assertThat(since(began)).as("of all").isLessThan(PROMPT);
      await().atMost(SOON).until(() -> promptStatus(uri) == 503);
      assertThat(Http.get(uri).header("Retry-After")).isNotEmpty();
    }
  }

  private static int promptStatus(String uri) {
    long began = System.nanoTime();
    int status = Http.get(uri).status();
    assertThat(since(began)).isLessThan(PROMPT);
    return status;
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
