package dev.bulwark.apikey.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.apikey.key.ApiKeyData.State;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.key.secret.ApiKeySecret;
import dev.bulwark.apikey.key.secret.KeyHash;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** K3, K6: when a key is good, to the millisecond; and its stored form. */
class ApiKeyDataTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // active, expiresAt, graceUntil, now, state, end
        "true,  -,    -,    1000, USABLE,   -",
        "true,  1000, -,    999,  USABLE,   1000",
        "true,  1000, -,    1000, EXPIRED,  1000",
        "true,  1000, -,    1001, EXPIRED,  1000",
        "true,  -,    1000, 999,  USABLE,   1000",
        "true,  -,    1000, 1000, REPLACED, 1000",
        "true,  2000, 1000, 1000, REPLACED, 1000",
        "true,  1000, 2000, 1000, EXPIRED,  1000",
        "true,  1000, 2000, 999,  USABLE,   1000",
        "false, -,    -,    1000, INACTIVE, -",
        "false, 1000, 2000, 3000, INACTIVE, 1000",
      })
  void stateAtAMoment(
      boolean active, Long expiresAt, Long graceUntil, long now, State state, Long end) {
    ApiKeyData data =
        ApiKeyData.builder().expiresAt(expiresAt).active(active).graceUntil(graceUntil).build();
    assertThat(data.stateAt(now)).isEqualTo(state);
    assertThat(data.end()).isEqualTo(end);
    assertThat(data.isOver(now)).isEqualTo(end != null && now >= end);
    assertThat(data.isRotated()).isEqualTo(graceUntil != null);
  }

  /** What was chosen goes on; that the key was deactivated or rotated does not. */
  @Test
  void aSuccessorBeginsAnew() {
    ApiKeyData chosen =
        ApiKeyData.builder().name("n").prefix("atk_x").scopes(List.of("a")).expiresAt(5L).build();
    ApiKeyData old = chosen.rotated(6, "next").toBuilder().active(false).build().withTokensFrom(7);
    assertThat(old.successor().build()).isEqualTo(chosen);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      value = {
        "{} | 0 | -",
        "{`name`:`ci`,`requestCount`:12} | 12 | -",
        "{`requestCount`:12,`lastUsedAt`:1769817600000} | 12 | 1769817600000",
        "{`requestCount`:null,`lastUsedAt`:`2026-01-31T00:00:00Z`} | 0 | 1769817600000",
        "{`requestCount`:12,`lastUsedAt`:null} | 12 | -",
        "{`requestCount`:12,`lastUsedAt`:` `} | 12 | -",
      })
  void anImportSaysHowOftenAKeyWasUsed(String json, long count, Long last) throws Exception {
    ImportedUsage usage = JSON.readValue(json.replace('`', '"'), ImportedUsage.class);
    assertThat(usage.requestCount()).isEqualTo(count);
    assertThat(usage.lastUsedAt()).isEqualTo(last);
  }

  @Test
  void aCountBelowZeroIsRejected() {
    assertThatThrownBy(() -> JSON.readValue("{\"requestCount\":-1}", ImportedUsage.class))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("requestCount is below 0");
  }

  @Test
  void storedFormIsStable() throws JsonProcessingException {
    ApiKeyData data =
        ApiKeyData.builder()
            .name("ci")
            .prefix("atk_Ab12Cd")
            .scopes(List.of("tasks:read"))
            .expiresAt(5L)
            .build();
    assertThat(JSON.writeValueAsString(data))
        .isEqualTo(
            "{\"name\":\"ci\",\"prefix\":\"atk_Ab12Cd\",\"scopes\":[\"tasks:read\"],"
                + "\"expiresAt\":5,\"active\":true}");
    assertThat(JSON.readValue(JSON.writeValueAsString(data), ApiKeyData.class)).isEqualTo(data);
    ApiKeyData rotated = data.rotated(4, "other");
    assertThat(JSON.readValue(JSON.writeValueAsString(rotated), ApiKeyData.class))
        .isEqualTo(rotated);
    ApiKeyData narrowed = rotated.withTokensFrom(7);
    assertThat(JSON.writeValueAsString(narrowed)).endsWith("\"tokensFrom\":7}");
    assertThat(JSON.readValue(JSON.writeValueAsString(narrowed), ApiKeyData.class))
        .isEqualTo(narrowed);
  }

  @Test
  void importedDataMayBeShortAndHaveIsoMoments() throws JsonProcessingException {
    assertThat(JSON.readValue("{}", ApiKeyData.class)).isEqualTo(ApiKeyData.builder().build());
    assertThat(
            JSON.readValue(
                    "{\"name\":\"x\",\"expiresAt\":\"2030-01-01T00:00:00Z\",\"foreign\":1}",
                    ApiKeyData.class)
                .expiresAt())
        .isEqualTo(1_893_456_000_000L);
    assertThatThrownBy(() -> JSON.readValue("{\"expiresAt\":\"soon\"}", ApiKeyData.class))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void secretTakesHashesOnly() {
    String hash = KeyHash.of("key");
    assertThat(new ApiKeySecret(hash.toUpperCase(Locale.ROOT)).hash()).isEqualTo(hash);
    assertThat(new ApiKeySecret(hash)).hasToString("ApiKeySecret[hidden]");
    assertThatThrownBy(() -> new ApiKeySecret("abc")).isInstanceOf(IllegalArgumentException.class);
  }

  /** A component that the builder forgot would be lost here. */
  @Test
  void aChangeKeepsWhatItIsNotAbout() {
    RateLimit limit = new RateLimit(4, 5);
    AllowedNetworks networks = AllowedNetworks.of(List.of("10.0.0.0/8"));
    KeyMetadata metadata = KeyMetadata.of(Map.of("team", "billing"));
    ApiKeyData full =
        new ApiKeyData(
            "n", "p", List.of("s"), 1L, false, 2L, "other", 3L, limit, networks, metadata);
    assertThat(full.toBuilder().build()).isEqualTo(full);
    assertThat(full.toBuilder().name("m").build())
        .isEqualTo(
            new ApiKeyData(
                "m", "p", List.of("s"), 1L, false, 2L, "other", 3L, limit, networks, metadata));
  }
}
