package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.faults.NodeKeys.Key;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.RealmFile;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

/**
 * K6 and R1 with Keycloak's preview feature {@code stateless}: two clusters have one database and
 * one Redis, but no cache in common. Each learns of the other's changes from the database.
 */
@Tag("full")
class StatelessClustersIT {

  private static final int ROUNDS = 10;

  /** Far more than Keycloak's poll of 100 ms: the machine of the test may be busy. */
  private static final Duration BOUND = Duration.ofSeconds(3);

  private static final AtomicInteger NAMES = new AtomicInteger();

  private static PostgresProcess database;
  private static RedisProcess redis;
  private static FaultServer west;
  private static FaultServer east;
  private static NodeKeys inWest;
  private static NodeKeys inEast;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    redis = RedisProcess.start();
    west = cluster("west");
    east = cluster("east");
    inWest = new NodeKeys(west.keycloak(), west.admin());
    inEast = new NodeKeys(east.keycloak(), east.admin());
    inWest.limitByToldAddress();
    west.awaitRedisUp(1);
    east.awaitRedisUp(1);
  }

  @AfterAll
  static void end() {
    if (east != null) {
      east.close();
    }
    if (west != null) {
      west.close();
    }
    redis.close();
    database.close();
  }

  private static FaultServer cluster(String name) {
    return FaultServer.start(
        "stateless-" + name,
        redis.url(),
        database,
        spec ->
            NodePair.clustered(TestStack.manyFromOneAddress(spec))
                .buildOption("features", "stateless")
                .option("spi-cache-embedded--default--cluster-name", name)
                .option("spi-api-key--default--wrong-keys-per-minute", "0")
                .environment(RealmFile.developmentEnvironment())
                .realmFile(RealmFile.development().writeTo(WorkFolder.of("import", name))));
  }

  @ParameterizedTest
  @EnumSource
  void aKeyEndedInOneClusterIsRejectedInTheOther(KeyEnding ending) {
    assertThat(west.metric("vendor_cluster_size")).as("clusters of their own").isEqualTo(1);
    assertThat(east.metric("vendor_cluster_size")).isEqualTo(1);
    long slowest = 0;
    int atOnce = 0;
    int all = 0;
    for (int i = 0; i < ROUNDS; i++) {
      NodeKeys here = i % 2 == 0 ? inWest : inEast;
      NodeKeys there = here == inWest ? inEast : inWest;
      for (String type : ending.owners()) {
        Key key = key(here, type);
        // Seen more than once, so that whatever is remembered is remembered.
        for (int n = 0; n < 3; n++) {
          await().atMost(SOON).until(() -> here.isGood(key) && there.isGood(key));
        }
        ending.end(here.admin(), key);
        long ended = System.nanoTime();
        all++;
        if (!there.isGood(key)) {
          atOnce++;
        } else {
          await(ending + " of a " + type + "'s key in the other cluster")
              .atMost(BOUND)
              .pollInterval(Duration.ofMillis(5))
              .until(() -> !there.isGood(key));
          slowest = Math.max(slowest, System.nanoTime() - ended);
        }
        assertThat(here.isGood(key)).isFalse();
        assertThat(there.exchange(key).status()).isNotEqualTo(200);
        assertThat(there.isGood(key)).isFalse();
      }
    }
    System.out.printf(
        "%s: %d of %d rejected by the next request, the slowest after %d ms%n",
        ending, atOnce, all, slowest / 1_000_000);
  }

  /** The token was issued in the cluster that does not know yet that its key ends. */
  @Test
  void aTokenOfTheKeyIsRevokedInRedis() {
    Key key = inWest.ofNewUser("stateless-" + NAMES.incrementAndGet());
    String token = inEast.exchange(key).expect(200).text("access_token");
    String revoked = "revoked:" + Realm.claims(token).get("jti").asText();
    try (Jedis client = new Jedis("127.0.0.1", redis.port())) {
      assertThat(client.get(revoked)).isNull();
      KeyEnding.REVOKED.end(inWest.admin(), key);
      await().atMost(SOON).until(() -> "1".equals(client.get(revoked)));
    }
  }

  private static Key key(NodeKeys at, String type) {
    String name = "stateless-" + NAMES.incrementAndGet();
    return type.equals("user") ? at.ofNewUser(name) : at.ofNewClient(name);
  }
}
