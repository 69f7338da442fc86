package dev.bulwark.it.production;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.password.HomeFolder;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.server.installation.Folders;
import dev.bulwark.server.installation.Installation;
import dev.bulwark.testing.FreePort;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B1, B2: README's commands put the bundle and the realm into a new Keycloak, in their order. The
 * first one, which builds the jar, was run before: it is this build.
 */
@Tag("full")
class InstallDocIT {

  private static final String PASSWORD = "a-long-Passphrase-of-the-first-one";

  @TempDir(factory = HomeFolder.class)
  Path folder;

  @Test
  void theCommandsOfTheReadmeStartAServerWithTheRealm() throws Exception {
    List<String> commands = commands();
    assertThat(commands).hasSize(6);
    assertThat(commands.get(0)).startsWith("mvn clean package");
    assertThat(commands.get(3)).contains("bootstrap-admin user");
    assertThat(commands.get(5)).contains("start --optimized");
    Path home = folder.resolve("keycloak");
    Folders.copy(Installation.keycloak(), home, Path.of("lib", "lib"));
    URI server = URI.create("http://localhost:" + FreePort.next());
    Files.writeString(home.resolve("conf/keycloak.conf"), settings(server));
    Map<String, String> environment = new HashMap<>(secrets());
    environment.put("KEYCLOAK_HOME", home.toString());
    environment.put("ANSWERS", "first\n" + PASSWORD + "\n" + PASSWORD + "\n");
    // It asks at a terminal.
    String administrator =
        "printf %s \"$ANSWERS\" | script -qefc '"
            + commands.get(3).replaceFirst("\\s+#.*", "")
            + "' /dev/null";
    Commands.bash(
            Repository.root(),
            environment,
            String.join("\n", commands.get(1), commands.get(2), administrator, commands.get(4)))
        .expect(0);

    List<String> start = new ArrayList<>(List.of("env"));
    environment.forEach((name, value) -> start.add(name + "=" + value));
    start.addAll(List.of("bash", "-c", "exec " + ofANewServer(commands.get(5))));
    try (LocalProcess keycloak = LocalProcess.start(start, folder.resolve("keycloak.log"))) {
      String discovery = server + "/realms/app/.well-known/openid-configuration";
      await(discovery)
          .atMost(SOON)
          .ignoreExceptions()
          .until(
              () -> {
                assertThat(keycloak.isAlive()).as(keycloak.output()).isTrue();
                return Http.get(discovery).status() == 200;
              });
      AdminApi admin = new AdminApi(server, "first", PASSWORD);
      JsonNode realm = admin.get("/realms/app").expect(200).json();
      assertThat(realm.get("passwordPolicy").asText()).contains("breachedPassword(1)");
      assertThat(new Realm(server, "app").endpoint("token")).startsWith(server.toString());
    }
  }

  private static List<String> commands() {
    return ShellBlock.of("README.md", "Install in a Keycloak of your own")
        .commands()
        .lines()
        .toList();
  }

  /** The comment of the last command has the form for a new server. */
  private static String ofANewServer(String command) {
    String[] parts = command.split("\\s+# a new server: ");
    assertThat(parts).hasSize(2);
    assertThat(parts[1]).startsWith("start --optimized");
    return parts[0].replaceFirst("start --optimized.*", parts[1]);
  }

  /** As docs/configuration.md asks for them, on one machine. */
  private static String settings(URI server) {
    return String.join(
        "\n",
        "hostname=" + server,
        "http-enabled=true",
        "http-port=" + server.getPort(),
        "http-management-port=" + FreePort.next(),
        "cache=local",
        "health-enabled=true",
        "metrics-enabled=true",
        "spi-redis-connection--default--url=" + TestStack.get().redisOf("install"),
        "spi-password-policy--breached-password--online=false",
        "");
  }

  private static Map<String, String> secrets() {
    Map<String, String> secrets = new HashMap<>(ProductionServer.secrets());
    secrets.remove("ADMIN_PASSWORD");
    secrets.put("RELYING_APP_URL", ProductionServer.APPLICATION);
    secrets.put("VERIFY_EMAIL", "false");
    return secrets;
  }
}
