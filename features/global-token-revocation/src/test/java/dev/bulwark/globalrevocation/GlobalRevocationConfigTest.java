package dev.bulwark.globalrevocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.testing.MapScope;
import org.junit.jupiter.api.Test;

/** R10: the option of the endpoint. */
class GlobalRevocationConfigTest {

  @Test
  void theLimitHasADefaultAndARange() {
    assertThat(GlobalRevocationConfig.of(MapScope.of()).limits().perAddress()).isEqualTo(60);
    assertThat(
            GlobalRevocationConfig.of(MapScope.of("rejected-callers-per-minute", "0"))
                .limits()
                .perAddress())
        .isZero();
    assertThatThrownBy(
            () -> GlobalRevocationConfig.of(MapScope.of("rejected-callers-per-minute", "10001")))
        .hasMessageContaining(
            "spi-realm-restapi-extension--global-token-revocation--rejected-callers-per-minute");
  }
}
