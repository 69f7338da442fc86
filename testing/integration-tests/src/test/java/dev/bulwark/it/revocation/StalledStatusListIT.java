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
import dev.bulwark.redis.process.LocalProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R8: the queries of the lists hang: a lock holds them up, or their connection is dead. Each query
 * ends by itself, and requests have an answer meanwhile: the list that was read last, and 503 past
 * its {@code exp}.
 */
@Tag("full")
class StalledStatusListIT {

  private static final TestStack STACK = TestStack.get();
  private static final StatusListView LISTS = new StatusListView();

  /** A request waits for three seconds at most. */
  private static final Duration PROMPT = Duration.ofSeconds(5);

  /** Requests one after the other; some are sent while a query is young, and wait for it. */
  private static final int REQUESTS = 30;

  /** The beginning of the statement that each read executes. */
  private static final String QUERY = "SELECT ID, REALM_ID, WINDOW_END, SECRET FROM BULWARK_STATUS";

  private final PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "stalled-list");

  @BeforeEach
  void addStatusLists() {
    realm.addStatusLists("cli");
  }

  @AfterEach
  void delete() {
    realm.delete();
  }

  @Test
  void aQueryThatHangsEndsAndItsListRecovers() {
    PostgresProcess database = database();
    Response tokens = realm.login("ann");
    assertThat(LISTS.isRevoked(tokens.text("access_token"))).contains(false);
    String uri = StatusListView.place(tokens.text("access_token")).orElseThrow().uri();
    stall(database, uri);
    await().atMost(SOON).until(() -> Http.get(uri).status() == 200);
    realm.logout("cli", tokens.text("refresh_token")).expect(204);
    awaitRevoked(tokens);
  }

  /**
   * As if the database's host had gone: the process behind the connection of the query is halted,
   * so it neither answers nor ends the query. A new connection works.
   */
  @Test
  void aQueryThatNobodyAnswersIsGivenUp() {
    PostgresProcess database = database();
    Response tokens = realm.login("ann");
    assertThat(LISTS.isRevoked(tokens.text("access_token"))).contains(false);
    String uri = StatusListView.place(tokens.text("access_token")).orElseThrow().uri();
    List<String> halted = halt(database, uri);
    try {
      realm.logout("cli", tokens.text("refresh_token")).expect(204);
      awaitRevoked(tokens);
    } finally {
      signal("CONT", halted);
    }
  }

  private static void awaitRevoked(Response tokens) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(LISTS.isRevoked(tokens.text("access_token"))).contains(true));
  }

  private static PostgresProcess database() {
    Assumptions.assumeTrue(
        STACK.database().orElse(null) instanceof PostgresProcess,
        "Only PostgreSQL has the lock: the test is skipped.");
    return (PostgresProcess) STACK.database().orElseThrow();
  }

  /** Halts the processes of queries while they wait for a lock. */
  private static List<String> halt(PostgresProcess database, String uri) {
    String waiting =
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%s%%'"
            .formatted(QUERY);
    try (OpenTransaction lock =
        database.hold("LOCK TABLE bulwark_status_list IN ACCESS EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      List<String> processes =
          await()
              .atMost(SOON)
              .until(
                  () -> {
                    promptStatus(uri);
                    return database.sql(waiting).lines().toList();
                  },
                  found -> !found.isEmpty());
      signal("STOP", processes);
      return processes;
    }
  }

  private static void signal(String name, List<String> processes) {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    command.addAll(processes);
    LocalProcess.run(PROMPT, command);
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
