package dev.bulwark.realm.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B13: placeholders, and what stops the command before it asks a server. */
class RealmCommandTest {

  @TempDir Path folder;

  private record Result(int exit, String err) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "${A:b}        | null | b",
        "${A:b}        | c    | c",
        "${A:b}        | ''   | ''",
        "${A:}         | null | ''",
        "${env.A}      | c    | c",
        "x${A:b}y${A}z | $1\\ | x$1\\y$1\\z",
        "${account}    | c    | ${account}",
        "${role_admin} | null | ${role_admin}",
      })
  void placeholdersAreThoseOfTheEnvironment(String text, String value, String expected) {
    Map<String, String> variables = value == null ? Map.of() : Map.of("A", value);
    JsonNode realm = new ObjectMapper().createObjectNode().put("displayName", text);
    assertThat(RealmFile.resolve(realm, variables).get("displayName").asText()).isEqualTo(expected);
  }

  @Test
  void anUnsetVariableIsNamedUnlessItIsThatOfASecret() throws IOException {
    JsonNode realm =
        new ObjectMapper()
            .readTree(
                """
                {"clients":[{"clientId":"${B}","secret":"${SECRET}"}],"x":["${A}"]}""");
    assertThatThrownBy(() -> RealmFile.resolve(realm, Map.of("B", "")))
        .hasMessage("the file uses variables that are not set: A, B");
    assertThat(RealmFile.resolve(realm, Map.of("A", "1", "B", "2")).at("/x/0").asText())
        .isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | is not JSON",
        "[] | is no realm",
        "{\"realm\":\"app\"} | set BULWARK_TOKEN, or --client-id",
      })
  void aFileThatIsNoRealmAndAMissingLoginEndWith1(String text, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("realm.json"), text);
    Result result = run("diff", file.toString(), "--server", "https://sso.example.org");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://sso.example.org | --server must be https",
        "http://127.0.0.1.example.org | --server must be https",
        "ftp://localhost | must be the base URL",
        "sso | must be the base URL",
      })
  void aServerThatCannotBeIsRejected(String server, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("realm.json"), "{\"realm\":\"app\"}");
    Result result = run("diff", file.toString(), "--server", server);
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err()).contains(message);
  }

  @Test
  void wrongArgumentsEndWith1() {
    assertThat(run().exit()).isEqualTo(1);
    assertThat(run("diff").exit()).isEqualTo(1);
    assertThat(run("diff", folder.resolve("none").toString(), "--server", "https://x").err())
        .contains("no such file");
  }

  private static Result run(String... arguments) {
    StringWriter err = new StringWriter();
    int exit =
        RealmCommand.run(
            new PrintWriter(new StringWriter(), true), new PrintWriter(err, true), arguments);
    return new Result(exit, err.toString());
  }
}
