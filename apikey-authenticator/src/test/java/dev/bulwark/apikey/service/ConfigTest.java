package dev.bulwark.apikey.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.limit.address.Network;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.Config;
import org.keycloak.models.ModelValidationException;

/** Options out of range are refused by name. */
class ConfigTest {

  @ParameterizedTest
  @CsvSource({
    "-1, 10, 300, 900, 30, 100, 60, cache-size",
    "0, 0, 300, 900, 30, 100, 60, usage-flush-seconds",
    "0, 10, 9, 900, 30, 100, 60, token-max-seconds",
    "0, 10, 300, 86401, 30, 100, 60, step-up-max-age-seconds",
    "0, 10, 300, 900, -1, 100, 60, wrong-keys-per-minute",
    "0, 10, 300, 900, 10001, 100, 60, wrong-keys-per-minute",
    "0, 10, 300, 900, 30, 31536001, 60, rotation-max-overlap-seconds",
    "0, 10, 300, 900, 30, 100, 0, sweep-seconds",
  })
  void rangesAreChecked(
      int cache,
      int flush,
      int token,
      int stepUp,
      int wrong,
      int overlap,
      int sweep,
      String option) {
    assertThatThrownBy(
            () ->
                new ApiKeyConfig(
                    cache,
                    flush,
                    token,
                    stepUp,
                    wrong,
                    overlap,
                    sweep,
                    true,
                    true,
                    7,
                    false,
                    List.<Network>of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spi-api-key--default--" + option)
        .hasMessageMatching(".*must be \\d+ to \\d+, but is -?\\d+");
  }

  @Test
  void theDefaultsAreTheSafeOnes() {
    ApiKeyConfig config =
        ApiKeyConfig.of(new Config.SystemPropertiesScope("bulwark.test.no-such-option."));
    assertThat(config.stepUpMaxAgeSeconds()).as("as long as on the page").isEqualTo(300);
    assertThat(config.refusePendingActions()).isTrue();
    assertThat(config.refuseLockedOwner()).isFalse();
  }

  @Test
  void realmLimitsHaveDefaults() {
    RealmLimits limits = RealmLimits.of(Map.of());
    assertThat(limits.maxKeys()).isEqualTo(50);
    assertThat(limits.maxLifeDays()).isZero();
    assertThat(limits.prefix()).isEqualTo("atk");
    assertThat(limits.scopes()).isEmpty();
  }

  @Test
  void realmLimitsAreRead() {
    RealmLimits limits =
        RealmLimits.of(
            Map.of("max-keys", "2", "max-life-days", "90", "prefix", "acme", "scopes", "a##b"));
    assertThat(limits).isEqualTo(new RealmLimits(2, 90, "acme", java.util.Set.of("a", "b")));
  }

  @ParameterizedTest
  @CsvSource({"max-keys,0", "max-keys,x", "max-life-days,3651", "prefix,A", "prefix,a_b"})
  void otherRealmLimitsAreRefused(String name, String value) {
    assertThatThrownBy(() -> RealmLimits.of(Map.of(name, value)))
        .isInstanceOf(ModelValidationException.class)
        .hasMessageContaining(name);
  }
}
