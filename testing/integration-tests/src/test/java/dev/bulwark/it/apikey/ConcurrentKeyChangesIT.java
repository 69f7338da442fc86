package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** K3: of several requests that rotate or revoke the same key at once, one does it. */
@SharedRealm
class ConcurrentKeyChangesIT {

  private static final String PATH = "/realms/app/api-keys";
  private static final int AT_ONCE = 6;

  /** How many requests wait for the lock of an owner. */
  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND query ILIKE '%from bulwark_api_key_owner%'";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();
  private String user = "";
  private String key = "";

  @BeforeEach
  void createUser() {
    user = "at-once-" + UUID.randomUUID().toString().substring(0, 8);
    KeyPages.createUser(admin, user);
    key = keys.made(user, "r", "tasks:read").get("id").asText();
  }

  /** Without an overlap the others find no key, with one they find it rotated. */
  @ParameterizedTest
  @CsvSource({"0, 404", "600, 409"})
  void anOwnerRotatesOnce(int overlapSeconds, int others) throws Exception {
    String token = keys.token(user);
    String body = Json.object("overlapSeconds", overlapSeconds);
    assertRotatedOnce(others, atOnce(() -> keys.send("POST", "/" + key + "/rotate", token, body)));
  }

  @ParameterizedTest
  @CsvSource({"0, 404", "600, 409"})
  void anAdministratorRotatesOnce(int overlapSeconds, int others) throws Exception {
    String body = Json.object("overlapSeconds", overlapSeconds);
    assertRotatedOnce(others, atOnce(() -> admin.post(PATH + "/" + key + "/rotate", body)));
  }

  @Test
  void anOwnerRevokesOnce() throws Exception {
    String token = keys.token(user);
    assertThat(statuses(atOnce(() -> keys.send("DELETE", "/" + key, token, null))))
        .containsExactly(204, 404, 404, 404, 404, 404);
  }

  private void assertRotatedOnce(int others, List<Response> answers) {
    assertThat(statuses(answers)).containsExactly(201, others, others, others, others, others);
    assertThat(answers)
        .filteredOn(answer -> answer.status() == 201)
        .allMatch(answer -> keys.isGood(answer.text("key")));
    assertThat(keys.send("GET", "", keys.token(user), null).expect(200).json())
        .filteredOn(listed -> listed.get("graceUntil").isNull())
        .as("a key that was rotated may be there")
        .hasSize(1);
  }

  private static List<Integer> statuses(List<Response> answers) {
    return answers.stream().map(Response::status).sorted().toList();
  }

  /**
   * Sends a request six times. On PostgreSQL all of them have begun before the first can go on: the
   * test holds the lock of the owner until then.
   */
  private List<Response> atOnce(Callable<Response> request) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<Response>> sent;
      if (stack.database().orElse(null) instanceof PostgresProcess database) {
        try (OpenTransaction owner = database.hold(ownerRow() + " FOR UPDATE")) {
          sent = send(pool, request);
          await()
              .atMost(SOON)
              .until(() -> database.sql(WAITING), Integer.toString(AT_ONCE)::equals);
        }
      } else {
        sent = send(pool, request);
      }
      List<Response> answers = new ArrayList<>();
      for (Future<Response> one : sent) {
        answers.add(one.get());
      }
      return answers;
    } finally {
      pool.shutdown();
    }
  }

  private static List<Future<Response>> send(ExecutorService pool, Callable<Response> request) {
    return Stream.generate(() -> pool.submit(request)).limit(AT_ONCE).toList();
  }

  private String ownerRow() {
    return "SELECT 1 FROM bulwark_api_key_owner WHERE id = 'user:" + admin.userId(user) + "'";
  }
}
