package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.redis.process.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** R4: the commands of the documents make the users of Redis, and replace their passwords. */
class RedisUsersDocIT {

  private static RedisProcess redis;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @Test
  void theUsersMayDoWhatTheyNeed() {
    run(
        ShellBlock.of("libraries/redis-connection/README.md", "What Redis has to allow", 1)
                .commands()
            + ShellBlock.of("libraries/redis-connection/README.md", "What Redis has to allow", 2)
                .commands());
    assertThat(as("keycloak", "password", "SET revoked:a 1")).isEqualTo("OK");
    assertThat(as("keycloak", "password", "SET other 1")).startsWith("NOPERM");
    assertThat(as("relying-app", "password", "MGET revoked:a")).isEqualTo("1");
    assertThat(as("relying-app", "password", "SET revoked:b 1")).startsWith("NOPERM");
  }

  /** An operator rotates the password, by the commands of the page. */
  @Test
  void aPasswordIsReplacedWithoutATimeInWhichNoneWorks() throws IOException {
    redis.admin("ACL", "SETUSER", "keycloak", "reset", "on", ">old-password", "~revoked:*", "+get");
    String added =
        run(
            "openssl() { echo new-password; }\n"
                + ShellBlock.of("docs/secrets.md", "The password of Redis", 1).commands());
    assertThat(added.lines()).containsExactly("OK", "OK");
    assertThat(as("keycloak", "old-password", "GET revoked:b")).isEmpty();
    assertThat(as("keycloak", "new-password", "GET revoked:b")).isEmpty();

    String removed =
        run(
            "OLD=old-password\n"
                + ShellBlock.of("docs/secrets.md", "The password of Redis", 2).commands());
    assertThat(removed.lines().findFirst()).hasValue("OK");
    assertThat(removed).contains("WRONGPASS");
    assertThat(as("keycloak", "old-password", "GET revoked:b")).contains("WRONGPASS");
    assertThat(as("keycloak", "new-password", "GET revoked:b")).isEmpty();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("a redirection would make a file").isEmpty();
    }
  }

  private String as(String user, String password, String command) {
    return Commands.bash(
            folder,
            Map.of("REDISCLI_AUTH", password),
            "redis-cli -p " + redis.port() + " --no-auth-warning --user " + user + ' ' + command)
        .output()
        .strip();
  }

  /** At the server of this test. */
  private String run(String commands) {
    String script =
        "redis-cli() { command redis-cli -p " + redis.port() + " \"$@\"; }\n" + commands;
    return Commands.bash(folder, Map.of(), script).expect(0).output();
  }
}
