package dev.bulwark.it.realm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.process.ServerStartException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * P1, L1: a value that is not allowed stops the start, and the message names the option and what is
 * allowed. The ConfigTest of a module has all its options; each start of a server takes seconds.
 */
class BadOptionIT {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spi-password-hashing--argon2--memory|7|8..16777216",
        "spi-login-rate-limiter--default--address-limit|-1|0..10000",
      })
  void aBadValueStopsTheStartWithTheOptionsName(String option, String value, String allowed) {
    // It ends before it opens its database, so nothing prepares one.
    ServerSpec spec =
        ServerSpec.builder().name("bad-option").shortLived().option(option, value).build();
    assertThatThrownBy(() -> KeycloakServer.start(spec).close())
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining(option + " must be " + allowed)
        .hasMessageContaining(", is " + value);
  }
}
