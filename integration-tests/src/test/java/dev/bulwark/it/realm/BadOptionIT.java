package dev.bulwark.it.realm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.ServerStartException;
import org.junit.jupiter.api.Test;

/**
 * P1: a value that is not allowed stops the start, and the message names the option and what is
 * allowed.
 */
class BadOptionIT {

  @Test
  void aBadValueStopsTheStartWithTheOptionsName() {
    ServerSpec spec =
        TestStack.spec("bad-option", "redis://127.0.0.1:1")
            .option("spi-password-hashing--argon2id--memory", "7")
            .build();
    assertThatThrownBy(() -> KeycloakServer.start(spec).close())
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("spi-password-hashing--argon2id--memory")
        .hasMessageContaining("1024")
        .hasMessageContaining("16777216");
  }
}
