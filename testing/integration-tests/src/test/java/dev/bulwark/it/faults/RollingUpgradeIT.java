package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.ServerSpec;
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
 * testing/integration-tests/rolling-upgrade} gets the earlier Keycloak, and runs this class.
 */
@Tag("full")
class RollingUpgradeIT {

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

  /** The bundle is the same, and the ledger is written as shipped. */
  @Test
  void fromAnEarlierKeycloakToThisOne() {
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

      FaultServer newOne = replaced(one, two, "keycloak-1-after", load);
      assertThat(version(newOne.admin())).isNotEqualTo(before);
      updateCompatibility(newOne, "check", metadata);
      endEachOthers(kept, sessions.get(1), two, newOne);

      FaultServer newTwo = replaced(two, newOne, "keycloak-2-after", load);
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
      FaultServer leaving, FaultServer staying, String name, UpgradeLoad load) {
    load.leaves(leaving);
    leaving.close();
    FaultServer joining = node(name, UnaryOperator.identity());
    NodePair.awaitTogether(joining, staying);
    load.joins(joining);
    load.awaitMore(SOON);
    return joining;
  }

  private IssuedTokens realm(FaultServer node, AdminApi admin, String name) {
    return IssuedTokens.inNewRealm(node.keycloak().url(), admin, name, redis::ttl);
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
    assumeFalse(
        name.isEmpty(),
        "-Dbulwark.earlier-keycloak, see testing/integration-tests/rolling-upgrade");
    Path archive = Path.of(name).toAbsolutePath();
    assertThat(archive).isRegularFile();
    return archive;
  }
}
