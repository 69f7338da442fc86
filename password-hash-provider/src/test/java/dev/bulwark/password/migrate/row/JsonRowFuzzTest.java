package dev.bulwark.password.migrate.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P5: a JSON line is refused or gives every field that it has.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class JsonRowFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(JsonRowFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final RowReader READER = new JsonRowReader(Set.of("id"));

  /** The target. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    String line = new String(input, StandardCharsets.UTF_8);
    UserRow row;
    try {
      row = READER.read(line);
    } catch (RejectedRowException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(160);
      return;
    }
    JsonNode json = JSON.readTree(line);
    assertThat(row.username()).isEqualTo(text(json, Columns.USERNAME));
    assertThat(row.email()).isEqualTo(text(json, Columns.EMAIL));
    assertThat(row.passwordHash()).isEqualTo(text(json, Columns.PASSWORD_HASH));
    assertThat(row.firstName()).isEqualTo(text(json, Columns.FIRST_NAME));
    assertThat(row.lastName()).isEqualTo(text(json, Columns.LAST_NAME));
    assertThat(row.enabled()).isEqualTo(text(json, Columns.ENABLED));
    assertThat(row.emailVerified())
        .isEqualTo(json.has(Columns.EMAIL_VERIFIED) ? text(json, Columns.EMAIL_VERIFIED) : null);
    assertThat(row.totpSecret()).isEqualTo(text(json, Columns.TOTP_SECRET));
    JsonNode keys = json.path(Columns.API_KEY_HASHES);
    if (keys.isArray()) {
      assertThat(row.apiKeys()).hasSize(keys.size());
      for (int i = 0; i < keys.size(); i++) {
        JsonNode key = keys.get(i);
        ApiKeyEntry read = row.apiKeys().get(i);
        assertThat(read.hash()).isEqualTo((key.isTextual() ? key : key.get("hash")).textValue());
        assertThat(read.active()).isEqualTo(key.path("active").asBoolean(true));
        assertThat(read.scopes() == null ? 0 : read.scopes().size())
            .isEqualTo(key.path("scopes").size());
      }
    }
  }

  private static String text(JsonNode json, String name) {
    return json.path(name).isNull() ? "" : json.path(name).asText("");
  }
}
