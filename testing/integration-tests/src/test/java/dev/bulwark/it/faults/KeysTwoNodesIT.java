package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.faults.NodeKeys.Key;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.server.RealmFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** K6, K7, K10: two nodes with one database and one Redis. */
@Tag("full")
class KeysTwoNodesIT {

  private static final int ROUNDS = 30;
  private static final AtomicInteger NAMES = new AtomicInteger();

  private static NodePair nodes;
  private static NodeKeys one;
  private static NodeKeys two;

  @BeforeAll
  static void start() {
    nodes =
        NodePair.start(
            "keys-node",
            (name, spec) ->
                spec.option("spi-api-key--default--usage-flush-seconds", "1")
                    .option("spi-api-key--default--wrong-keys-per-minute", "0")
                    .environment(RealmFile.developmentEnvironment())
                    .realmFile(RealmFile.development().writeTo(WorkFolder.of("import", name))));
    one = new NodeKeys(nodes.first().keycloak(), nodes.first().admin());
    two = new NodeKeys(nodes.second().keycloak(), nodes.second().admin());
    one.limitByToldAddress();
  }

  @AfterAll
  static void end() {
    if (nodes != null) {
      nodes.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeyEndedAtOneNodeIsRefusedAtTheOtherAtTheNextRequest(KeyEnding end) {
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      NodeKeys ending = i % 2 == 0 ? one : two;
      NodeKeys other = ending == one ? two : one;
      for (String type : end.owners()) {
        Key key = key(ending, type);
        // Seen more than once, so that whatever is remembered is remembered.
        for (int n = 0; n < 3; n++) {
          assertThat(one.isGood(key)).isTrue();
          assertThat(two.isGood(key)).isTrue();
        }
        end.end(ending.admin(), key);
        if (other.isGood(key)) {
          accepted.add(type + "'s key, round " + i);
        }
        if (other.exchange(key).status() == 200) {
          accepted.add(type + "'s key exchanged, round " + i);
        }
        assertThat(ending.isGood(key)).isFalse();
      }
    }
    assertThat(accepted).as("accepted although it had ended").isEmpty();
  }

  private static Key key(NodeKeys at, String type) {
    String name = "two-nodes-" + NAMES.incrementAndGet();
    return type.equals("user") ? at.ofNewUser(name) : at.ofNewClient(name);
  }

  /** The other node is asked without pause, so that it reads the key while it is being revoked. */
  @ParameterizedTest
  @EnumSource(
      value = KeyEnding.class,
      names = {"REVOKED", "DEACTIVATED"})
  void aKeyInUseAtTheOtherNodeIsRefusedFromTheAnswerOn(KeyEnding end) throws Exception {
    List<String> accepted = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < ROUNDS; i++) {
        Key key = key(one, i % 2 == 0 ? "user" : "client");
        assertThat(two.isGood(key)).isTrue();
        AtomicLong ended = new AtomicLong(Long.MAX_VALUE);
        List<Future<Long>> callers = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
          callers.add(pool.submit(() -> lastAccepted(key, ended)));
        }
        end.end(one.admin(), key);
        ended.set(System.nanoTime());
        for (Future<Long> caller : callers) {
          long late = caller.get(1, TimeUnit.MINUTES) - ended.get();
          if (late > 0) {
            accepted.add(key.type() + "'s key, sent " + late + " ns after the answer");
          }
        }
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(accepted).isEmpty();
  }

  /** Asks until a second has passed since the end; when the last accepted request was sent. */
  private static long lastAccepted(Key key, AtomicLong ended) {
    long last = Long.MIN_VALUE / 2;
    long sent = System.nanoTime();
    while (ended.get() == Long.MAX_VALUE || sent - ended.get() < 500_000_000L) {
      if (two.isGood(key)) {
        last = sent;
      }
      sent = System.nanoTime();
    }
    return last;
  }

  /**
   * A console that was opened before the revocation saves the client with all its attributes, among
   * them the mark by which nodes notice that their copy of its keys is old.
   */
  @Test
  void savingAClientAsItWasBringsNoKeyBack() {
    Key key = key(one, "client");
    assertThat(two.isGood(key)).isTrue();
    assertThat(two.isGood(key)).isTrue();
    String asItWas = one.admin().get(key.ownerPath()).expect(200).body();
    one.admin().delete(key.path()).expect(204);
    one.admin().put(key.ownerPath(), asItWas).expect(204);
    assertThat(two.isGood(key)).isFalse();
    assertThat(one.isGood(key)).isFalse();
  }

  /** K10: the rate limit of a key holds over both nodes. */
  @Test
  void theNodesCountTheRequestsOfAKeyTogether() {
    for (String type : List.of("user", "client")) {
      Key key = key(one, type);
      one.admin()
          .patch(key.path(), Json.object("rateLimit", Map.of("requests", 10, "seconds", 3600)))
          .expect(200);
      for (int left = 9; left >= 0; left--) {
        Response answer = (left % 2 == 0 ? two : one).verify(key.key()).expect(200);
        assertThat(answer.json().at("/rateLimit/remaining").asInt()).isEqualTo(left);
      }
      one.verify(key.key()).expect(429);
      two.verify(key.key()).expect(429);
      two.exchange(key).expect(429);
    }
  }

  @Test
  void usageOfBothNodesIsCounted() {
    for (String type : List.of("user", "client")) {
      Key key = key(one, type);
      Instant before = Instant.now().minusSeconds(1);
      for (int i = 0; i < 40; i++) {
        assertThat((i % 4 == 0 ? two : one).isGood(key)).isTrue();
      }
      for (NodeKeys node : List.of(one, two)) {
        await().atMost(SOON).until(() -> node.requestCount(key), count -> count == 40);
      }
      assertThat(
              nodes
                  .database()
                  .sql("SELECT request_count FROM bulwark_api_key WHERE id = '" + key.id() + "'"))
          .isEqualTo("40");
      assertThat(Instant.parse(one.admin().get(key.path()).expect(200).text("lastUsedAt")))
          .isAfter(before);
    }
  }
}
