package dev.bulwark.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.testing.MapScope;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.models.ModelValidationException;

/** Options out of range are rejected by name. */
class ConfigTest {

  @ParameterizedTest
  @CsvSource({
    "cache-size, -1, 0..10000000",
    "cache-size, 10000001, 0..10000000",
    "usage-flush-seconds, 0, 1..3600",
    "token-max-seconds, 9, 10..3600",
    "step-up-max-age-seconds, 86401, 0..86400",
    "wrong-keys-per-minute, -1, 0..10000",
    "wrong-keys-per-minute, 10001, 0..10000",
    "owner-requests-per-minute, -1, 0..10000",
    "owner-requests-per-minute, 10001, 0..10000",
    "owner-new-keys-per-hour, -1, 0..10000",
    "owner-new-keys-per-hour, 10001, 0..10000",
    "rotation-max-overlap-seconds, 31536001, 0..31536000",
    "sweep-seconds, 0, 1..86400",
    "refuse-locked-owner, no, true or false",
    "expiry-notice-days, 366, 0..365",
    "verify-allowed-addresses, gateway, addresses or networks separated by commas",
  })
  void rangesAreChecked(String option, String value, String allowed) {
    assertThatThrownBy(() -> ApiKeyConfig.of(MapScope.of(option, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Option spi-api-key--default--%s must be %s, is %s", option, allowed, value);
  }

  @Test
  void theDefaultsAreTheSafeOnes() {
    ApiKeyConfig config = ApiKeyConfig.of(MapScope.of());
    assertThat(config.stepUpMaxAgeSeconds()).as("as long as on the page").isEqualTo(300);
    assertThat(config.refusePendingActions()).isTrue();
    assertThat(config.refuseLockedOwner()).isFalse();
    assertThat(config.ownerRequestsPerMinute()).isEqualTo(300);
    assertThat(config.ownerNewKeysPerHour()).isEqualTo(300);
  }

  @Test
  void realmLimitsHaveDefaults() {
    RealmLimits limits = RealmLimits.of(Map.of());
    assertThat(limits.maxKeys()).isEqualTo(50);
    assertThat(limits.maxLifeDays()).isEqualTo(366);
    assertThat(limits.prefix()).isEqualTo("atk");
    assertThat(limits.scopes()).isEmpty();
    assertThat(limits.rateLimit()).isNull();
    assertThat(limits.ownersLimit()).isTrue();
    assertThat(limits.ownersNetworks()).isTrue();
    assertThat(limits.ownersMetadata()).isTrue();
  }

  @Test
  void realmLimitsAreRead() {
    RealmLimits limits =
        RealmLimits.of(
            Map.of("max-keys", "2", "max-life-days", "90", "prefix", "acme", "scopes", "a##b"));
    assertThat(limits)
        .isEqualTo(new RealmLimits(2, 90, "acme", Set.of("a", "b"), null, true, true, true));
  }

  @Test
  void theRateLimitOfARealmIsRead() {
    assertThat(RealmLimits.of(Map.of("rate-limit-requests", "100")).rateLimit())
        .isEqualTo(new RateLimit(100, 60));
    RealmLimits limits =
        RealmLimits.of(
            Map.of(
                "rate-limit-requests", "10000",
                "rate-limit-seconds", "86400",
                "owner-rate-limit", "false",
                "owner-networks", "false",
                "owner-metadata", "false"));
    assertThat(limits.rateLimit()).isEqualTo(new RateLimit(10_000, 86_400));
    assertThat(limits.ownersLimit()).isFalse();
    assertThat(limits.ownersNetworks()).isFalse();
    assertThat(limits.ownersMetadata()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "max-keys,-1",
    "max-keys,x",
    "max-life-days,3651",
    "prefix,A",
    "prefix,a_b",
    "rate-limit-requests,-1",
    "rate-limit-requests,100000001",
    "rate-limit-seconds,0",
    "rate-limit-seconds,2678401",
    "owner-rate-limit,no"
  })
  void otherRealmLimitsAreRejected(String name, String value) {
    assertThatThrownBy(() -> RealmLimits.of(Map.of(name, value)))
        .isInstanceOf(ModelValidationException.class)
        .hasMessageContaining(name);
  }
}
