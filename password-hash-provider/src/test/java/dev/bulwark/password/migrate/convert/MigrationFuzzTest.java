package dev.bulwark.password.migrate.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.migrate.row.MigrationException;
import dev.bulwark.password.migrate.row.PersonName;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P5: a file gives users, refused rows and blank lines, as many as it has lines; dry run and real
 * run agree; what is written is JSON of that many users, which Keycloak's columns hold.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class MigrationFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(MigrationFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FOLDER = folder();

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("migration-fuzz");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The target: the bytes of the file. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    Path in = FOLDER.resolve("in");
    Path out = FOLDER.resolve("out");
    Files.write(in, input);
    try {
      StringWriter dryMessages = new StringWriter();
      Migration.Report dry;
      try {
        dry = new Migration(options(in, null), new PrintWriter(dryMessages)).run();
      } catch (MigrationException e) {
        assertThat(e.getMessage()).isNotBlank();
        return;
      }
      boolean json = dry.rows() + dry.blank() == lines(input);
      assertThat(dry.rows() + dry.blank() + (json ? 0 : 1)).isEqualTo(lines(input));
      assertThat(dryMessages.toString().lines().count()).isEqualTo(dry.refused());
      if (dry.converted() == 0) {
        return;
      }
      StringWriter messages = new StringWriter();
      Migration.Report report = new Migration(options(in, out), new PrintWriter(messages)).run();
      assertThat(messages.toString()).isEqualTo(dryMessages.toString());
      assertThat(report.converted()).isEqualTo(dry.converted());
      long users = 0;
      for (String name : report.files()) {
        for (JsonNode user : JSON.readTree(out.resolve(name).toFile()).get("users")) {
          users++;
          check(user);
        }
      }
      assertThat(users).isEqualTo(report.converted());
    } finally {
      deleteAll(in, out);
    }
  }

  private static void check(JsonNode user) throws IOException {
    for (String name : List.of("username", "email", "firstName", "lastName")) {
      String text = user.path(name).asText();
      assertThat(text.length()).isLessThanOrEqualTo(255);
      // PostgreSQL takes no half of a surrogate pair.
      assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).isTrue();
    }
    for (JsonNode credential : user.get("credentials")) {
      assertThat(JSON.readTree(credential.get("credentialData").textValue()).isObject()).isTrue();
      assertThat(JSON.readTree(credential.get("secretData").textValue()).isObject()).isTrue();
    }
  }

  private static long lines(byte[] input) {
    long lines = 0;
    for (int i = 0; i < input.length; i++) {
      lines += input[i] == '\n' || i == input.length - 1 ? 1 : 0;
    }
    return lines;
  }

  private static MigrationOptions options(Path in, @Nullable Path out) {
    return new MigrationOptions(
        in,
        out,
        out == null,
        "app",
        3,
        new CostLimits(1 << 16, 1 << 18, 12, 100_000),
        PasswordForm.AS_TYPED,
        true,
        true,
        false,
        Database.UNKNOWN,
        false,
        PersonName.Split.FIRST,
        Map.of(),
        Map.of(),
        List.of("tasks:read"),
        Set.of("id"),
        Optional.empty());
  }

  private static void deleteAll(Path in, Path out) throws IOException {
    Files.deleteIfExists(in);
    if (Files.exists(out)) {
      try (Stream<Path> files = Files.list(out)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(out);
    }
  }
}
