package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bulwark.testing.MapScope;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackchannelLogoutConfigTest {

  @Test
  void defaults() {
    BackchannelLogoutConfig config = BackchannelLogoutConfig.of(MapScope.of());
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.maxAge()).isEqualTo(Duration.ofDays(1));
    assertThat(config.allowedNetworks()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "request-timeout, 99",
    "request-timeout, soon",
    "max-receivers, 0",
    "max-in-flight, 33",
    "max-age, 59",
    "allowed-networks, example.org"
  })
  void aBadValueIsNamed(String option, String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackchannelLogoutConfig.of(MapScope.of(option, value)))
        .withMessageContaining("spi-admin-realm-restapi-extension--backchannel-logout--" + option);
  }
}
