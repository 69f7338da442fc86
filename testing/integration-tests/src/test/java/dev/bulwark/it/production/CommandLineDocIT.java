package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.ShellBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B1: the packaged commands, as documents call them in the root of the repository. */
class CommandLineDocIT {

  private static final List<String> MODULES =
      List.of("apikey-authenticator", "features", "password-hash-provider", "realm-config");

  /** Of the right form, with its checksum. */
  private static final String KEY = "atk_DocumentedKeyOfNobody_0123456789-abcdefghij3sSFM7";

  private static final String HASH = "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8";

  @TempDir Path folder;

  /** What the commands name of the repository; what they write stays in the folder. */
  @BeforeEach
  void link() throws IOException {
    for (String name : MODULES) {
      Files.createSymbolicLink(folder.resolve(name), Repository.root().resolve(name));
    }
  }

  @AfterEach
  void unlink() throws IOException {
    for (String name : MODULES) {
      Files.delete(folder.resolve(name));
    }
  }

  @Test
  void usersAreConverted() throws IOException {
    write(
        "users.csv",
        "username,email,password_hash\n"
            + "ann,ann@example.org,$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\n");
    run("", ShellBlock.of("docs/migration.md", "2. Convert").commands());
    assertThat(folder.resolve("out/app-users-0.json")).exists();
  }

  @Test
  void keysAreFoundInATextAndChecked() throws IOException {
    write("keys.txt", KEY + "\n");
    run(
        "git() { echo nothing; }\n",
        ShellBlock.of("docs/api-keys/secret-scanning.md", "Secret scanning").commands());
  }

  @Test
  void anIndexOfBreachedPasswordsIsBuiltAndRead() throws IOException {
    write("pwned-passwords.txt", HASH.toUpperCase(Locale.ROOT) + ":11\n");
    write("company-words.txt", "bulwark\n");
    String commands =
        ShellBlock.of("features/breached-password-policy/README.md", "The offline list").commands();
    assertThat(run("", "{\n" + commands + "} <<<another")).contains("not in the index");
    assertThat(folder.resolve("company.bin")).isNotEmptyFile();
  }

  /** B15: whole sentences, nothing that picocli has replaced, and an example of each command. */
  @ParameterizedTest
  @CsvSource({
    "password-hash-provider, bulwark-migrate",
    "apikey-authenticator, bulwark-apikeys",
    "realm-config, bulwark-realm",
    "features/breached-password-policy, bulwark-breached-index",
  })
  void helpIsWhole(String module, String name) {
    String jar = "java -jar " + module + "/target/" + name + ".jar ";
    String help = run("", jar + "--help");
    List<String> commands =
        help.lines()
            .dropWhile(line -> !line.startsWith("Commands:"))
            .skip(1)
            .takeWhile(line -> line.startsWith("  "))
            .reduce("", (all, line) -> all + (line.startsWith("   ") ? line : "\n" + line))
            .lines()
            .filter(line -> !line.isEmpty())
            .toList();
    assertThat(commands).allMatch(line -> line.endsWith("."));
    List<String> names = commands.stream().map(line -> line.strip().split(" ")[0]).toList();
    assertThat(names.isEmpty()).as(help).isEqualTo(name.equals("bulwark-migrate"));
    for (String command : names.isEmpty() ? List.of("", "export") : names) {
      assertThat(run("", jar + command + " --help"))
          .contains("Example:", "  " + name + " " + command)
          .doesNotContain("null");
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private String run(String before, String commands) {
    Map<String, String> environment =
        Map.of("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String java = "java() { \"$JAVA\" -XX:TieredStopAtLevel=1 \"$@\"; }\n";
    return Commands.bash(folder, environment, java + before + commands).expect(0).output();
  }
}
