package dev.bulwark.realm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholdersTest {

  @ParameterizedTest
  @CsvSource({
    "${RELYING_APP_SECRET}, RELYING_APP_SECRET",
    "${env.RELYING_APP_SECRET}, RELYING_APP_SECRET",
    "${SMTP_HOST:localhost}, SMTP_HOST",
    "https://${HOST}/x, HOST",
    "a ${B} ${A} ${B}, 'A,B'"
  })
  void namesTheUnresolvedVariables(String value, String names) {
    assertThat(Placeholders.in(value)).containsExactly(names.split(","));
  }

  @ParameterizedTest
  @CsvSource({
    "secret",
    "${client_account}",
    "${vault.smtp}",
    "$RELYING_APP_SECRET",
    "${}",
    "$ {A}"
  })
  void leavesEverythingElseAlone(String value) {
    assertThat(Placeholders.in(value)).isEmpty();
  }

  @Test
  void nullHasNone() {
    assertThat(Placeholders.in(null)).isEmpty();
  }
}
