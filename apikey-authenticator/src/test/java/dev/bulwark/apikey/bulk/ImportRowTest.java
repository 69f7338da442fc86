package dev.bulwark.apikey.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.ForeignKey;
import dev.bulwark.apikey.key.KeyMetadata;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.RateLimit;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of an import are read strictly, and say what is wrong without the hash. */
class ImportRowTest {

  private static final String HASH = "AB".repeat(32);

  private static final String FULL =
      "{\"username\":\"alice\",\"hash\":\""
          + HASH
          + "\",\"name\":\"ci\",\"prefix\":\"old_1234\",\"scopes\":[\"a\",\"b\"],"
          + "\"expiresAt\":\"2040-01-01T00:00:00Z\",\"active\":false,"
          + "\"createdAt\":\"2020-01-01\","
          + "\"rateLimit\":{\"requests\":100,\"seconds\":60},"
          + "\"allowedNetworks\":[\"10.0.0.0/8\"],\"metadata\":{\"team\":\"billing\"}}";

  @Test
  void aFullRow() throws RejectedRowException {
    ImportRow row = ImportRow.parse(FULL);
    assertThat(row.owner()).isEqualTo(new OwnerName(OwnerType.USER, "alice", false));
    assertThat(row.key())
        .isEqualTo(
            new ForeignKey(
                HASH.toLowerCase(Locale.ROOT),
                ApiKeyData.builder()
                    .name("ci")
                    .prefix("old_1234")
                    .scopes(List.of("a", "b"))
                    .expiresAt(2_208_988_800_000L)
                    .active(false)
                    .rateLimit(new RateLimit(100, 60))
                    .allowedNetworks(AllowedNetworks.of(List.of("10.0.0.0/8")))
                    .metadata(KeyMetadata.of(Map.of("team", "billing")))
                    .build(),
                1_577_836_800_000L));
  }

  /** What a key can store and a row cannot bring would be lost by an import. */
  @Test
  void aFullRowHasEverythingButWhatHappensToAKeyLater()
      throws RejectedRowException, ReflectiveOperationException {
    ApiKeyData full = ImportRow.parse(FULL).key().data();
    ApiKeyData empty = ApiKeyData.builder().build();
    for (RecordComponent member : ApiKeyData.class.getRecordComponents()) {
      if (!Set.of("graceUntil", "replacedBy", "tokensFrom").contains(member.getName())) {
        assertThat(member.getAccessor().invoke(full))
            .as(member.getName())
            .isNotEqualTo(member.getAccessor().invoke(empty));
      }
    }
  }

  @Test
  void theOpenApiDocumentHasEveryField() throws IOException {
    Set<String> documented = new HashSet<>();
    try (InputStream in = ImportRow.class.getResourceAsStream("/dev/bulwark/apikey/openapi.json")) {
      new ObjectMapper()
          .readTree(in)
          .at("/components/schemas/ImportRow/properties")
          .fieldNames()
          .forEachRemaining(documented::add);
    }
    assertThat(documented).isEqualTo(ImportRow.FIELDS);
  }

  @Test
  void whatMayBeLeftOut() throws RejectedRowException {
    ImportRow row = ImportRow.parse("{\"clientId\":\"svc\",\"hash\":\"" + HASH + "\"}");
    assertThat(row.owner()).isEqualTo(new OwnerName(OwnerType.CLIENT, "svc", false));
    assertThat(row.key().data().name()).isEqualTo("imported");
    assertThat(row.key().data().active()).isTrue();
    assertThat(row.key().data().scopes()).isEmpty();
    assertThat(row.key().data().expiresAt()).isNull();
    ImportRow byId =
        ImportRow.parse("{\"owner\":{\"type\":\"user\",\"id\":\"1\"},\"hash\":\"" + HASH + "\"}");
    assertThat(byId.owner()).isEqualTo(new OwnerName(OwnerType.USER, "1", true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x                                                        | not JSON",
        "[]                                                       | not a JSON object",
        "null                                                     | not a JSON object",
        "{\"hash\":\"H\"}                                         | exactly one of",
        "{\"hash\":\"H\",\"username\":\"a\",\"clientId\":\"b\"}   | exactly one of",
        "{\"hash\":\"H\",\"username\":7}                          | username must be a string",
        "{\"hash\":\"H\",\"owner\":{\"type\":\"robot\",\"id\":\"1\"}} | owner.type must be",
        "{\"hash\":\"H\",\"owner\":{\"type\":\"user\"}}           | owner must have type and id",
        "{\"hash\":\"H\",\"owner\":\"user:1\"}                    | owner must have type and id",
        "{\"username\":\"a\"}                                     | hash is needed",
        "{\"username\":\"a\",\"hash\":\"H0\"}                     | hash must be a SHA-256",
        "{\"username\":\"a\",\"hash\":\"H\",\"expires\":\"x\"}    | field 'expires' is not known",
        "{\"username\":\"a\",\"hash\":\"H\",\"expiresAt\":\"x\"}  | expiresAt must be",
        "{\"username\":\"a\",\"hash\":\"H\",\"active\":\"no\"}    | active must be true or false",
        "{\"username\":\"a\",\"hash\":\"H\",\"scopes\":\"a b\"}   | scopes must be a list",
        "{\"username\":\"a\",\"hash\":\"H\",\"prefix\":\"a b\"}   | prefix must be at most 24",
        "{\"username\":\"a\",\"username\":\"b\",\"hash\":\"H\"}   | not JSON",
        // PostgreSQL rejects a query with NUL, and with it the whole import would end.
        "{\"username\":\"a\\u0000\",\"hash\":\"H\"}              | username must be 1 to 255",
        "{\"clientId\":\"\\u0000b\",\"hash\":\"H\"}              | clientId must be 1 to 255",
        "{\"owner\":{\"type\":\"user\",\"id\":\"\\u0000\"},\"hash\":\"H\"} | id must be 1 to 255",
      })
  void whatIsRejected(String row, String message) {
    assertThatThrownBy(() -> ImportRow.parse(row.replace("\"H", "\"" + HASH)))
        .isInstanceOf(RejectedRowException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining(HASH);
  }
}
