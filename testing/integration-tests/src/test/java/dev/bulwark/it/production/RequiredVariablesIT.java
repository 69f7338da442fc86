package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.it.support.Repository;
import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.process.ServerStartException;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * L5: the settings of production without one of the variables: the start is refused, and says which
 * one it is. (A third of the realm's is in RealmImportIT.)
 */
@Tag("full")
class RequiredVariablesIT {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"RELYING_APP_SECRET", "TASKS_SERVICE_SECRET"})
  void theServerDoesNotStartWithoutASecretOfTheRealm(String missing) {
    Map<String, String> secrets = ProductionServer.secrets();
    secrets.remove(missing);
    ServerSpec spec = ProductionServer.spec("required", secrets, FreePort.next()).build();
    assertThatThrownBy(() -> KeycloakServer.start(spec).close())
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining(missing)
        .hasMessageNotContainingAny(secrets.values().toArray(String[]::new));
  }

  /** Compose, without starting anything; needs the command, not the daemon. */
  @Test
  void composeNamesEachVariableThatIsMissing() throws Exception {
    Path root = Repository.root();
    List<String> names =
        Repository.text(".env.example")
            .lines()
            .filter(line -> line.matches("[A-Z_]+="))
            .map(line -> line.substring(0, line.length() - 1))
            .toList();
    assertThat(names).hasSize(11);
    Map<String, String> all = new LinkedHashMap<>();
    names.forEach(name -> all.put(name, "a-value"));
    Answer complete = compose(root, names, all);
    assertThat(complete.exit()).as(complete.output()).isZero();
    for (String name : names) {
      for (String value : new String[] {"", null}) {
        Map<String, String> some = new LinkedHashMap<>(all);
        some.remove(name);
        if (value != null) {
          some.put(name, value);
        }
        Answer answer = compose(root, names, some);
        assertThat(answer.exit()).as(name).isNotZero();
        assertThat(answer.output()).contains(name + " is not set");
      }
    }
  }

  private Answer compose(Path root, List<String> names, Map<String, String> variables)
      throws Exception {
    Path file = folder.resolve("env");
    StringBuilder text = new StringBuilder();
    variables.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    Files.writeString(file, text);
    ProcessBuilder builder =
        new ProcessBuilder("docker", "compose", "--env-file", file.toString(), "config", "--quiet")
            .directory(root.toFile())
            .redirectErrorStream(true);
    builder.environment().keySet().removeAll(names);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return Assumptions.abort("docker is not installed: " + e.getMessage());
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    Assumptions.assumeFalse(
        output.contains("is not a docker command"), "docker has no compose here");
    return new Answer(exit, output);
  }

  private record Answer(int exit, String output) {}
}
