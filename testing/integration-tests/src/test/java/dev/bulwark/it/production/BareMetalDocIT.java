package dev.bulwark.it.production;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.password.HomeFolder;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.server.installation.Folders;
import dev.bulwark.server.installation.Installation;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B1: the settings and commands of {@code docs/bare-metal.md} put the bundle into a Keycloak that
 * has a realm with a user. The first command, which builds the jar, was run before: it is this
 * build.
 */
@Tag("full")
class BareMetalDocIT {

  private static final Pattern SETTINGS = Pattern.compile("(?ms)^```properties\\n(.*?)^```$");
  private static final String PASSWORD = "a-long-Passphrase-of-somebody";
  private static final String REALM =
      """
      {"realm": "own", "enabled": true,
       "clients": [{"clientId": "app", "publicClient": true, "directAccessGrantsEnabled": true}],
       "users": [{"username": "ann", "enabled": true, "email": "ann@example.org",
                  "firstName": "A", "lastName": "B",
                  "credentials": [{"type": "password", "value": "%s"}]}]}\
      """
          .formatted(PASSWORD);

  @TempDir(factory = HomeFolder.class)
  Path folder;

  private final int port = FreePort.next();
  private final int managementPort = FreePort.next();
  private final URI server = URI.create("http://localhost:" + port);
  private Path home = Path.of("");

  @BeforeEach
  void unpack() throws IOException {
    home = folder.resolve("keycloak");
    Folders.copy(Installation.keycloak(), home, Path.of("lib", "lib"));
    Files.writeString(
        home.resolve("conf/keycloak.conf"),
        String.join(
            "\n",
            "hostname=" + server,
            "http-enabled=true",
            "http-port=" + port,
            "http-management-port=" + managementPort,
            "cache=local",
            ""));
  }

  @Test
  void aKeycloakWithUsersGetsTheBundle() throws Exception {
    LocalProcess before = start("exec \"$KEYCLOAK_HOME/bin/kc.sh\" start");
    try {
      awaitRealm(before, "master");
      new AdminApi(server, "first", PASSWORD).post("/realms", REALM).expect(201);
      login().expect(200);
    } finally {
      stop(before);
    }
    settings();
    List<String> installation =
        ShellBlock.of("docs/bare-metal.md", "3. The jar", 2).commands().lines().toList();
    assertThat(installation).hasSize(3);
    assertThat(
            Commands.bash(
                    Repository.root(),
                    Map.of("KEYCLOAK_HOME", home.toString()),
                    installation.get(0) + "\n" + installation.get(1))
                .expect(0)
                .output())
        .contains("KC-SERVICES0047");
    LocalProcess after = start("exec " + installation.get(2));
    try {
      awaitRealm(after, "own");
      login().expect(200);
      assertThat(after.output()).contains("Argon2id by").doesNotContain("KC-SERVICES0047");
      String look =
          ShellBlock.of("docs/bare-metal.md", "4. Look whether it runs")
              .commands()
              .replace(":9000/", ":" + managementPort + "/");
      await("Redis is reached")
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(Commands.bash(folder, Map.of(), look).expect(0).output())
                      .contains("\"status\": \"available\""));
    } finally {
      stop(after);
    }
  }

  /** The script passes the signal on to Keycloak; if it is killed, Keycloak goes on. */
  private static void stop(LocalProcess keycloak) {
    keycloak.stop("TERM");
  }

  /** Those of the page, at the Redis of the test. */
  private void settings() throws IOException {
    Matcher block = SETTINGS.matcher(Repository.text("docs/bare-metal.md"));
    assertThat(block.find()).isTrue();
    String settings = block.group(1);
    assertThat(settings).contains("=redis://localhost:6379\n");
    Files.writeString(
        home.resolve("conf/keycloak.conf"),
        settings.replace("redis://localhost:6379", TestStack.get().redisOf("bare-metal"))
            + "spi-password-policy--breached-password--online=false\n",
        StandardOpenOption.APPEND);
  }

  private LocalProcess start(String command) throws IOException {
    List<String> start =
        new ArrayList<>(
            List.of(
                "env",
                "KEYCLOAK_HOME=" + home,
                "KC_BOOTSTRAP_ADMIN_USERNAME=first",
                "KC_BOOTSTRAP_ADMIN_PASSWORD=" + PASSWORD,
                "bash",
                "-c",
                command));
    return LocalProcess.start(start, folder.resolve("keycloak.log"));
  }

  private void awaitRealm(LocalProcess keycloak, String realm) {
    String discovery = server + "/realms/" + realm + "/.well-known/openid-configuration";
    await(discovery)
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () -> {
              assertThat(keycloak.isAlive()).as(keycloak.output()).isTrue();
              return Http.get(discovery).status() == 200;
            });
  }

  private Response login() {
    return Http.postForm(
        server + "/realms/own/protocol/openid-connect/token",
        Map.of(
            "grant_type", "password", "client_id", "app", "username", "ann", "password", PASSWORD));
  }
}
