package dev.bulwark.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.limit.Limits;
import dev.bulwark.testing.MapScope;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.provider.ProviderConfigProperty;

class ConfigTest {

  @Test
  void defaultsAreThosePromised() {
    LoginRateLimiterConfig config = LoginRateLimiterConfig.of(MapScope.of());
    assertThat(config.limits()).isEqualTo(new Limits(5, 10, Duration.ofMinutes(1)));
    assertThat(config.clientLimits()).isEqualTo(new Limits(100, 10, Duration.ofMinutes(1)));
    assertThat(config.returnOnSuccess()).isTrue();
    assertThat(config.allowedNetworks()).isEmpty();
    assertThat(config.localKeys()).isEqualTo(100_000);
    assertThat(config.networkLimit()).isEqualTo(100);
    assertThat(config.userCodeLimit()).isEqualTo(5);
    assertThat(config.known()).isEqualTo(new LoginRateLimiterConfig.Known(5, 20, 90, 7));
  }

  @Test
  void readsEveryOption() {
    LoginRateLimiterConfig config =
        LoginRateLimiterConfig.of(
            MapScope.of(
                "address-limit",
                "7",
                "account-limit",
                " 0 ",
                "client-limit",
                "20",
                "client-address-limit",
                "0",
                "window-seconds",
                "3600",
                "return-on-success",
                "false",
                "allowed-networks",
                "10.0.0.0/8, ::1",
                "local-keys",
                "1000",
                "network-limit",
                "0",
                "user-code-limit",
                "6",
                "device-limit",
                "7",
                "known-failure-limit",
                "8",
                "known-device-days",
                "365",
                "known-address-days",
                "0"));
    assertThat(config.networkLimit()).isZero();
    assertThat(config.userCodeLimit()).isEqualTo(6);
    assertThat(config.known()).isEqualTo(new LoginRateLimiterConfig.Known(7, 8, 365, 0));
    assertThat(config.limits()).isEqualTo(new Limits(7, 0, Duration.ofHours(1)));
    assertThat(config.clientLimits()).isEqualTo(new Limits(0, 20, Duration.ofHours(1)));
    assertThat(config.returnOnSuccess()).isFalse();
    assertThat(config.allowedNetworks()).hasSize(2);
    assertThat(config.localKeys()).isEqualTo(1_000);
  }

  @ParameterizedTest
  @CsvSource({
    "address-limit, -1",
    "address-limit, 10001",
    "address-limit, five",
    "account-limit, -1",
    "account-limit, 10001",
    "client-limit, -1",
    "client-address-limit, 10001",
    "window-seconds, 0",
    "window-seconds, 3601",
    "window-seconds, 1m",
    "return-on-success, yes",
    "allowed-networks, localhost",
    "allowed-networks, 10.0.0.0/33",
    "local-keys, 999",
    "local-keys, 10000001",
    "network-limit, 10001",
    "user-code-limit, -1",
    "device-limit, -1",
    "known-failure-limit, 0",
    "known-device-days, 366",
    "known-address-days, 91",
  })
  void aValueThatIsNotAllowedNamesItsOption(String option, String value) {
    assertThatThrownBy(() -> LoginRateLimiterConfig.of(MapScope.of(option, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spi-login-rate-limiter--default--" + option + " must be");
  }

  @Test
  void everyOptionIsDescribed() {
    assertThat(
            LoginRateLimiterConfig.metadata().stream()
                .map(ProviderConfigProperty::getName)
                .collect(Collectors.toSet()))
        .isEqualTo(
            Set.of(
                "everywhere",
                "address-limit",
                "account-limit",
                "client-limit",
                "client-address-limit",
                "window-seconds",
                "return-on-success",
                "allowed-networks",
                "local-keys",
                "network-limit",
                "user-code-limit",
                "device-limit",
                "known-failure-limit",
                "known-device-days",
                "known-address-days"));
  }

  @Test
  void aRealmHasItsOwnLimits() {
    LoginRateLimiterConfig server = LoginRateLimiterConfig.of(MapScope.of());
    Map<String, String> attributes = new HashMap<>();
    attributes.put("loginRateLimiter.addressLimit", "50");
    attributes.put("loginRateLimiter.accountLimit", "3");
    attributes.put("loginRateLimiter.clientLimit", "4");
    attributes.put("loginRateLimiter.clientAddressLimit", "40");
    attributes.put("loginRateLimiter.windowSeconds", "120");
    attributes.put("loginRateLimiter.returnOnSuccess", "false");
    attributes.put("loginRateLimiter.networkLimit", "60");
    attributes.put("loginRateLimiter.userCodeLimit", "6");
    attributes.put("loginRateLimiter.deviceLimit", "7");
    RealmRules rules = RealmRules.of(server, attributes::get);
    assertThat(rules.limits()).isEqualTo(new Limits(50, 3, Duration.ofMinutes(2)));
    assertThat(rules.clientLimits()).isEqualTo(new Limits(40, 4, Duration.ofMinutes(2)));
    assertThat(rules.returnOnSuccess()).isFalse();
    assertThat(rules.networkLimit()).isEqualTo(60);
    assertThat(rules.userCodeLimit()).isEqualTo(6);
    assertThat(rules.deviceLimit()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "false, , false",
    "false, true, true",
    "false, yes, false",
    "true, , true",
    "true, false, false",
    "true, no, true"
  })
  void aRealmSwitchesTheLimitsOn(String everywhere, @Nullable String enabled, boolean isOn) {
    LoginRateLimiterConfig server =
        LoginRateLimiterConfig.of(MapScope.of("everywhere", everywhere));
    assertThat(
            RealmRules.isOn(
                server, name -> name.equals("loginRateLimiter.enabled") ? enabled : null))
        .isEqualTo(isOn);
  }

  @ParameterizedTest
  @CsvSource({"addressLimit, -1", "addressLimit, all", "accountLimit, 10001", "windowSeconds, 0"})
  void aSlipInARealmDoesNotCount(String name, String value) {
    LoginRateLimiterConfig server = LoginRateLimiterConfig.of(MapScope.of());
    Map<String, String> attributes = Map.of("loginRateLimiter." + name, value);
    assertThat(RealmRules.of(server, attributes::get)).isEqualTo(RealmRules.of(server, n -> null));
    assertThat(RealmRules.of(server, attributes::get).limits()).isEqualTo(server.limits());
  }
}
