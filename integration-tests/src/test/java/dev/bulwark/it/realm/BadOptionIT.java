package dev.bulwark.it.realm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.process.ServerStartException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * P1: a value that is not allowed stops the start, and the message names the option and what is
 * allowed.
 */
class BadOptionIT {

  /** One of each kind; PasswordHashingConfigTest has them all. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "memory|7|8..16777216",
        "version|2.0|1.3 or 1.0",
        "max-stored-work|1000|716800..",
      })
  void aBadValueStopsTheStartWithTheOptionsName(String option, String value, String allowed) {
    String name = "spi-password-hashing--argon2--" + option;
    assertThatThrownBy(() -> start(name, value))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("Option " + name + " must be " + allowed)
        .hasMessageContaining(", is " + value);
  }

  /** L1: the limit on login attempts; its ConfigTest has them all. */
  @Test
  void soDoesALimitThatCannotBe() {
    String name = "spi-login-rate-limiter--default--address-limit";
    assertThatThrownBy(() -> start(name, "-1"))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining(name + " must be 0..10000, is -1");
  }

  /** It ends before it opens its database, so nothing prepares one. */
  private static void start(String option, String value) {
    KeycloakServer.start(
            ServerSpec.builder().name("bad-option").shortLived().option(option, value).build())
        .close();
  }
}
