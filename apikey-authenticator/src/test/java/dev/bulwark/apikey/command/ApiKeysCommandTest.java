package dev.bulwark.apikey.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command says and how it ends, without a server. */
class ApiKeysCommandTest {

  private static final String KEY = new ApiKeyGenerator(new SecureRandom()).generate("atk");
  private static final String OLDER = "atk_" + "k".repeat(43);

  @TempDir Path folder;

  private record Result(int exit, String out, String err) {}

  private static Result run(String input, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        ApiKeysCommand.run(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            arguments);
    return new Result(exit, out.toString(), err.toString());
  }

  @Test
  void wellFormedKeysEndWith0() {
    Result result = run(KEY + "\n\n " + KEY + " \n", "check");
    assertThat(result.exit()).isZero();
    assertThat(result.out())
        .contains("standard input:1: well-formed: " + KEY.substring(0, 10) + "...")
        .contains("standard input:3: well-formed")
        .doesNotContain(KEY);
  }

  @Test
  void aLookAlikeEndsWith2AndIsNotPrinted() throws Exception {
    String wrong = KEY.substring(0, KEY.length() - 2) + "!!";
    Path file = Files.writeString(folder.resolve("keys"), KEY + "\n" + wrong + "\n" + OLDER);
    Result result = run("", "check", file.toString());
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.out())
        .contains(":1: well-formed", ":2: look-alike, its checksum is wrong", ":3: of the earlier")
        .doesNotContain(KEY.substring(0, 20), OLDER);
    assertThat(run(OLDER, "check", "--allow-unchecked").exit()).isZero();
    assertThat(run(KEY, "check", "--prefix", "acme").exit()).as("atk is always taken").isZero();
    assertThat(run("0123456789abcdef0123", "check").out()).contains("another application");
  }

  @Test
  void aScanFindsLeakedKeysInAnyText() throws Exception {
    assertThat(run("nothing\nin " + OLDER + "\n", "check", "--scan").exit()).isZero();
    Path file = folder.resolve("source.js");
    Files.write(
        file, ("\u00ff".repeat(3) + ",k='" + KEY + "'").getBytes(StandardCharsets.ISO_8859_1));
    Result result = run("", "check", "--scan", file.toString(), "-");
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.out())
        .isEqualToIgnoringNewLines(file + ":1:8: key " + KEY.substring(0, 10) + "...");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "check                              | there is no line to check",
        "check /does/not/exist              | no such file",
        "check --prefix A                   | --prefix must be",
        "check --nonsense                   | Unknown option",
        "''                                 | check, import or reindex is needed",
        "reindex                            | --server must be",
        "reindex --server http://sso.example.org | must be https",
        "reindex --server ftp://sso.example.org  | --server must be",
        "import --rows-per-request 0        | --rows-per-request",
      })
  void whatCannotRunEndsWith1(String line, String message) {
    Result result = run("", line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err()).contains("bulwark-apikeys: ").contains(message);
  }

  @Test
  void aDryRunReadsEveryRow() {
    String hash = "ab".repeat(32);
    Result result =
        run(
            "{\"username\":\"a\",\"hash\":\"" + hash + "\"}\n\n{\"hash\":\"" + hash + "\"}\nx\n",
            "import",
            "--dry-run");
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.err())
        .contains("line 3: exactly one of owner, username, clientId is needed")
        .contains("line 4: not JSON")
        .doesNotContain(hash);
    assertThat(result.out()).contains("3 rows: 1 of the right form, 2 refused", "nothing sent");
  }
}
