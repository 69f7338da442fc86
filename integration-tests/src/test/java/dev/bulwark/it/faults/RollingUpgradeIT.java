package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R3, R7: two nodes go from an earlier jar of the bundle to this one, one after the other, under
 * load. Both versions work on the same tables meanwhile. Afterwards they go on to {@code
 * ledger=behind} and back.
 *
 * <p>{@code integration-tests/rolling-upgrade} builds the earlier jar and runs this class.
 */
@Tag("upgrade")
class RollingUpgradeIT {

  private static final String LEDGER = "spi-events-listener--redis-revocation--ledger";
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final UnaryOperator<ServerSpec.Builder> STRICT =
      spec -> spec.option(LEDGER, "strict");
  private static final UnaryOperator<ServerSpec.Builder> BEHIND =
      spec -> spec.option(LEDGER, "behind");

  private final List<AutoCloseable> parts = new ArrayList<>();
  private PostgresProcess database;
  private RedisProcess redis;

  @BeforeEach
  void start() {
    database = PostgresProcess.start();
    redis = RedisProcess.start();
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = parts.size(); i > 0; i--) {
      parts.get(i - 1).close();
    }
    redis.close();
    database.close();
  }

  @Test
  void fromAnEarlierVersionToThisOne() {
    Path earlier = earlierJar();
    UnaryOperator<ServerSpec.Builder> before = spec -> spec.withoutBundle().provider(earlier);
    FaultServer one = node("upgrade-1-before", before);
    FaultServer two = node("upgrade-2-before", before);
    NodePair.awaitTogether(one, two);
    AdminApi admin = one.admin();
    IssuedTokens kept = realm(one, admin, "kept");
    List<Response> sessions = List.of(kept.login("ann"), kept.login("ben"), kept.login("cyn"));
    kept.logout(sessions.get(0));
    kept.awaitAgreement(1, SOON);

    try (UpgradeLoad load =
        UpgradeLoad.start(one, two, number -> realm(one, admin, "load-" + number))) {
      load.awaitMore(SOON);

      FaultServer newOne = replaced(one, two, "upgrade-1-after", STRICT, load);
      // Issued by the old version, ended by the new one.
      kept.useServer(newOne.keycloak().url());
      kept.logout(sessions.get(1));
      kept.awaitAgreement(2, SOON);
      Response byTheNewOne = kept.login("ann");
      kept.useServer(two.keycloak().url());
      // Issued by the new version, ended by the old one.
      kept.logout(byTheNewOne);
      kept.awaitAgreement(3, SOON);

      FaultServer newTwo = replaced(two, newOne, "upgrade-2-after", STRICT, load);

      // Every node runs this version: from here on a node may write its rows behind.
      FaultServer behindOne = replaced(newOne, newTwo, "upgrade-1-behind", BEHIND, load);
      kept.useServer(behindOne.keycloak().url());
      Response behind = kept.login("ben");
      kept.useServer(newTwo.keycloak().url());
      kept.logout(behind);
      assertThat(kept.isInRedis(behind)).as("with the response").isTrue();

      FaultServer behindTwo = replaced(newTwo, behindOne, "upgrade-2-behind", BEHIND, load);

      // And back.
      FaultServer strictOne = replaced(behindOne, behindTwo, "upgrade-1-strict", STRICT, load);
      load.end();

      kept.useServer(strictOne.keycloak().url());
      kept.logout(sessions.get(2));
      kept.awaitAgreement(5, SOON);
      for (IssuedTokens tokens : load.realms()) {
        tokens.useServer(strictOne.keycloak().url());
        tokens.awaitAgreement(SOON);
      }
      assertThat(strictOne.metric("bulwark_revocation_node_lost_total")).isZero();
      assertThat(behindTwo.metric("bulwark_revocation_node_lost_total")).isZero();
    }
  }

  /** Stops a node, and starts one with other options in its place while the other node stays. */
  private FaultServer replaced(
      FaultServer leaving,
      FaultServer staying,
      String name,
      UnaryOperator<ServerSpec.Builder> more,
      UpgradeLoad load) {
    load.leaves(leaving);
    leaving.close();
    FaultServer joining = node(name, more);
    NodePair.awaitTogether(joining, staying);
    load.joins(joining);
    load.awaitMore(SOON);
    return joining;
  }

  private IssuedTokens realm(FaultServer node, AdminApi admin, String name) {
    return IssuedTokens.inNewRealm(node.keycloak().url(), admin, name, this::ttl)
        .withKeysOfTheFirstEdition();
  }

  private FaultServer node(String name, UnaryOperator<ServerSpec.Builder> more) {
    FaultServer node =
        FaultServer.start(
            name, redis.url(), database, spec -> more.apply(NodePair.clustered(spec)));
    parts.add(node);
    return node;
  }

  private long ttl(String key) {
    try (Jedis jedis = redis.connect()) {
      return jedis.ttl(key);
    }
  }

  private static Path earlierJar() {
    String name = System.getProperty("bulwark.earlier-jar", "");
    assertThat(name)
        .as("-Dbulwark.earlier-jar, see integration-tests/rolling-upgrade")
        .isNotEmpty();
    Path jar = Path.of(name).toAbsolutePath();
    assertThat(jar).isRegularFile();
    try {
      assertThat(Files.mismatch(jar, currentJar())).as("the jars differ").isNotEqualTo(-1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return jar;
  }

  private static Path currentJar() {
    return Path.of(
        System.getProperty("bulwark.server.build-folder"), "dist", "bulwark-keycloak.jar");
  }
}
