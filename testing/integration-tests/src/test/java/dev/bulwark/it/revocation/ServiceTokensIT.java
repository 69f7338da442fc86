package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * R1, R2, R7: the tokens that a service gets in one second have one row, and end like any other.
 */
class ServiceTokensIT {

  private static final int TOKENS = 200;
  private static final int TIMES = 25;

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM = PathRealm.create(STACK.url(), STACK.admin(), "services");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Test
  void allEndWithTheirClientAndHaveFewRows() throws Exception {
    REALM.createClient("busy");
    List<String> tokens = atOnce("busy");
    assertThat(tokens.stream().map(Realm::claims).map(claims -> claims.path("jti").asText()))
        .hasSize(TOKENS)
        .doesNotHaveDuplicates();
    DEATHS.assertAlive(tokens.toArray(String[]::new));
    if (STACK.database().orElse(null) instanceof PostgresProcess postgres) {
      assertThat(Integer.parseInt(rows(postgres, REALM.clientUuid("busy"))))
          .isBetween(1, TOKENS / 2);
    }
    REALM.update("/clients/" + REALM.clientUuid("busy"), Map.of("enabled", false));
    DEATHS.assertDead(tokens.toArray(String[]::new));
  }

  @Test
  void oneThatIsRevokedByItselfEndsNoOther() throws Exception {
    REALM.createClient("revoker");
    List<String> tokens = atOnce("revoker");
    String one = tokens.remove(TOKENS / 2);
    REALM.revoke("revoker", one).expect(200);
    DEATHS.assertDead(one);
    DEATHS.assertAlive(tokens.toArray(String[]::new));
  }

  /** L6: the event of a token names the id that the token has. */
  @Test
  void theEventNamesTheIdThatTheTokenHas() throws Exception {
    REALM.createClient("logged");
    REALM.update("/events/config", Map.of("eventsEnabled", true));
    List<String> issued =
        atOnce("logged").stream().map(t -> Realm.claims(t).path("jti").asText()).toList();
    List<String> told = new ArrayList<>();
    REALM
        .admin()
        .get(REALM.path("/events?type=CLIENT_LOGIN&client=logged&max=" + TOKENS))
        .expect(200)
        .json()
        .forEach(event -> told.add(event.path("details").path("token_id").asText()));
    assertThat(told).containsExactlyInAnyOrderElementsOf(issued);
  }

  /** R2: a token that is issued when its client or user is enabled again has a row of its own. */
  @Test
  void whatIsIssuedAfterAnEndingWasTakenBackInTheSameSecondLives() throws Exception {
    REALM.createClient("switched");
    String client = "/clients/" + REALM.clientUuid("switched");
    String user =
        "/users/"
            + REALM
                .admin()
                .get(REALM.path(client + "/service-account-user"))
                .expect(200)
                .json()
                .path("id")
                .asText();
    int sameSecond = 0;
    for (int time = 0; time < TIMES; time++) {
      String path = time % 2 == 0 ? client : user;
      List<String> before = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        before.add(REALM.serviceOf("switched").text("access_token"));
      }
      REALM.update(path, Map.of("enabled", false));
      REALM.update(path, Map.of("enabled", true));
      Response after = REALM.serviceOf("switched");
      before.forEach(KEYS::assertRevoked);
      DEATHS.assertAlive(after);
      if (issuedAt(before.get(4)) == issuedAt(after.text("access_token"))) {
        sameSecond++;
      }
    }
    assertThat(sameSecond).as("tokens of the second in which the ending came").isPositive();
  }

  private static long issuedAt(String token) {
    return Realm.claims(token).path("iat").asLong();
  }

  private static String rows(PostgresProcess postgres, String client) {
    return postgres.sql("SELECT count(*) FROM bulwark_token WHERE client_id = '" + client + "'");
  }

  private static List<String> atOnce(String clientId) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<String>> running = new ArrayList<>();
      for (int i = 0; i < TOKENS; i++) {
        running.add(threads.submit(() -> REALM.serviceOf(clientId).text("access_token")));
      }
      List<String> tokens = new ArrayList<>();
      for (Future<String> one : running) {
        tokens.add(one.get());
      }
      return tokens;
    } finally {
      threads.shutdownNow();
    }
  }
}
