package dev.bulwark.apikey.rest.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {

  private static final String UUID = "8e03978e-40d5-43dd-bc93-6894a57f9324";

  @ParameterizedTest
  @ValueSource(strings = {UUID, "\"" + UUID + "\""})
  void quotesAreNoPartOfIt(String header) {
    assertThat(IdempotencyKey.parse(header)).contains(UUID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "short",
        "\"\"",
        "\"" + UUID,
        UUID + "\"",
        UUID + "\\",
        "with a blank in it 0123456789",
        "öööööööööööööööööööö",
      })
  void anythingElseIsRejected(String header) {
    assertThat(IdempotencyKey.parse(header)).isEmpty();
  }
}
