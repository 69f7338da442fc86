package dev.bulwark.password.migrate.row;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P5: a CSV line is refused or gives every field that RFC 4180 says it has.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class CsvRowFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(CsvRowFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  /** The target: a header, a line feed, and one row. */
  public static void fuzzerTestOneInput(byte[] input) {
    String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 2);
    if (lines.length < 2 || lines[1].indexOf('\n') >= 0) {
      return;
    }
    CsvRowReader reader;
    try {
      reader = new CsvRowReader(lines[0], Set.of("id"));
    } catch (MigrationException e) {
      assertThat(e.getMessage()).startsWith("line 1: ");
      return;
    }
    UserRow row;
    try {
      row = reader.read(lines[1]);
    } catch (RejectedRowException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(120);
      return;
    }
    List<String> names = split(lines[0]).stream().map(String::strip).toList();
    List<String> values = split(lines[1]);
    assertThat(values).hasSameSizeAs(names);
    for (int i = 0; i < names.size(); i++) {
      String value = values.get(i);
      switch (names.get(i)) {
        case Columns.USERNAME -> assertThat(row.username()).isEqualTo(value);
        case Columns.EMAIL -> assertThat(row.email()).isEqualTo(value);
        case Columns.PASSWORD_HASH -> assertThat(row.passwordHash()).isEqualTo(value);
        case Columns.FIRST_NAME -> assertThat(row.firstName()).isEqualTo(value);
        case Columns.LAST_NAME -> assertThat(row.lastName()).isEqualTo(value);
        case Columns.ENABLED -> assertThat(row.enabled()).isEqualTo(value);
        case Columns.EMAIL_VERIFIED -> assertThat(row.emailVerified()).isEqualTo(value);
        case Columns.TOTP_SECRET -> assertThat(row.totpSecret()).isEqualTo(value);
        case Columns.API_KEY_HASHES ->
            // Nothing but separators may go.
            assertThat(String.join("", row.apiKeys().stream().map(ApiKeyEntry::hash).toList()))
                .isEqualTo(value.strip().replaceAll("[\\s,;|]", ""));
        default -> assertThat(names.get(i)).isEqualTo("id");
      }
    }
  }

  /** RFC 4180, section 2, in a second hand; anything it does not know stays as it is. */
  private static List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    boolean atStart = true;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append(c);
        i++;
      } else if (quoted && c == '"') {
        quoted = false;
      } else if (atStart && c == '"') {
        quoted = true;
        atStart = false;
      } else if (!quoted && c == ',') {
        fields.add(field.toString());
        field.setLength(0);
        atStart = true;
      } else {
        field.append(c);
        atStart = false;
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
