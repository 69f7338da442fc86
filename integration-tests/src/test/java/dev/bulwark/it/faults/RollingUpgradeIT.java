package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * R3, R7, B7: two nodes are upgraded under load, one after the other. {@code
 * integration-tests/rolling-upgrade} gets what is earlier, and runs a test of this class.
 */
@Tag("upgrade")
class RollingUpgradeIT {

  private static final String LEDGER = "spi-events-listener--redis-revocation--ledger";
  private static final UnaryOperator<ServerSpec.Builder> STRICT =
      spec -> spec.option(LEDGER, "strict");
  private static final UnaryOperator<ServerSpec.Builder> BEHIND =
      spec -> spec.option(LEDGER, "behind");

  @TempDir private Path files;

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

  /**
   * Both versions of the bundle work on the same tables meanwhile. Afterwards the nodes go on to
   * {@code ledger=behind} and back.
   */
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
      endEachOthers(kept, sessions.get(1), two, newOne);

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
      assertNothingIsLost(load, strictOne, behindTwo);
    }
  }

  /** The bundle is the same, and the ledger is written as shipped. */
  @Test
  void fromAnEarlierKeycloakToThisOne() throws IOException {
    Path archive = earlierKeycloak();
    FaultServer one = node("keycloak-1-before", spec -> spec.archive(archive));
    FaultServer two = node("keycloak-2-before", spec -> spec.archive(archive));
    NodePair.awaitTogether(one, two);
    AdminApi admin = one.admin();
    String before = version(admin);
    Path metadata = files.resolve("metadata.json");
    updateCompatibility(one, "metadata", metadata);
    IssuedTokens kept = realm(one, admin, "kept");
    List<Response> sessions = List.of(kept.login("ann"), kept.login("ben"), kept.login("cyn"));
    kept.logout(sessions.get(0));
    kept.awaitAgreement(1, SOON);

    try (UpgradeLoad load =
        UpgradeLoad.start(one, two, number -> realm(one, admin, "load-" + number))) {
      load.awaitMore(SOON);

      FaultServer newOne = replaced(one, two, "keycloak-1-after", UnaryOperator.identity(), load);
      assertThat(version(newOne.admin())).isNotEqualTo(before);
      updateCompatibility(newOne, "check", metadata);
      endEachOthers(kept, sessions.get(1), two, newOne);

      FaultServer newTwo =
          replaced(two, newOne, "keycloak-2-after", UnaryOperator.identity(), load);
      load.end();

      kept.useServer(newTwo.keycloak().url());
      kept.logout(sessions.get(2));
      kept.awaitAgreement(4, SOON);
      assertNothingIsLost(load, newTwo, newOne);
    }
  }

  /** A token that the old node issued is ended by the new one, and the other way round. */
  private static void endEachOthers(
      IssuedTokens kept, Response session, FaultServer oldNode, FaultServer newNode) {
    kept.useServer(newNode.keycloak().url());
    kept.logout(session);
    kept.awaitAgreement(2, SOON);
    Response byTheNewOne = kept.login("ann");
    kept.useServer(oldNode.keycloak().url());
    kept.logout(byTheNewOne);
    kept.awaitAgreement(3, SOON);
  }

  private static void assertNothingIsLost(UpgradeLoad load, FaultServer one, FaultServer two) {
    for (IssuedTokens tokens : load.realms()) {
      tokens.useServer(one.keycloak().url());
      tokens.awaitAgreement(SOON);
    }
    for (FaultServer node : List.of(one, two)) {
      assertThat(node.metric("bulwark_revocation_node_lost_total")).isZero();
    }
  }

  private static String version(AdminApi admin) {
    return admin.get("/serverinfo").expect(200).json().at("/systemInfo/version").asText();
  }

  /** Keycloak allows the update in steps: exit code 0. */
  private static void updateCompatibility(FaultServer node, String command, Path metadata) {
    Commands.kc(
            node.keycloak().home(),
            Map.of(),
            "update-compatibility",
            command,
            "--optimized",
            "--file",
            metadata.toString())
        .expect(0);
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
    return IssuedTokens.inNewRealm(node.keycloak().url(), admin, name, redis::ttl)
        .withKeysOfTheFirstEdition();
  }

  private FaultServer node(String name, UnaryOperator<ServerSpec.Builder> more) {
    FaultServer node =
        FaultServer.start(
            name, redis.url(), database, spec -> more.apply(NodePair.clustered(spec)));
    parts.add(node);
    return node;
  }

  private static Path earlierKeycloak() {
    String name = System.getProperty("bulwark.earlier-keycloak", "");
    assertThat(name)
        .as("-Dbulwark.earlier-keycloak, see integration-tests/rolling-upgrade")
        .isNotEmpty();
    Path archive = Path.of(name).toAbsolutePath();
    assertThat(archive).isRegularFile();
    return archive;
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
