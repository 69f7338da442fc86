package dev.bulwark.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RightSecretsTest {

  private static final String SECRET = "a-secret-of-thirty-two-character";

  private final RightSecrets secrets = new RightSecrets();

  @Test
  void remembersOneSecretOfOneClientAtOneAddress() {
    secrets.of("client at a", SECRET).remember();
    assertThat(secrets.of("client at a", SECRET).isRight()).isTrue();
    assertThat(secrets.of("client at b", SECRET).isRight()).isFalse();
    assertThat(secrets.of("client at a", SECRET + "x").isRight()).isFalse();
    secrets.of("client at a", SECRET).forget();
    assertThat(secrets.of("client at a", SECRET).isRight()).isFalse();
  }

  @Test
  void remembersNoShortSecret() {
    String shorter = SECRET.substring(0, RightSecrets.MIN_LENGTH - 1);
    String enough = SECRET.substring(0, RightSecrets.MIN_LENGTH);
    secrets.of("c", enough).remember();
    assertThat(secrets.of("c", enough).isRight()).isTrue();
    secrets.of("c", shorter).remember();
    assertThat(secrets.of("c", shorter).isRight()).isFalse();
    secrets.of("c", null).remember();
    assertThat(secrets.of("c", null).isRight()).isFalse();
  }
}
