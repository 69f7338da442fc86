package dev.bulwark.realm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L7: the form of the fingerprint; what it decides is in MtlsIT. */
class IssuerPinTest {

  private static final String DIGITS = "0123456789abcdef".repeat(4);

  @Test
  void readsWhatOpensslPrints() {
    String colons = DIGITS.toUpperCase(java.util.Locale.ROOT).replaceAll("(..)(?!$)", "$1:");
    assertThat(IssuerPin.parse(colons)).contains(new IssuerPin(DIGITS));
    assertThat(IssuerPin.parse(" " + DIGITS + "\n")).contains(new IssuerPin(DIGITS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256",
        "0123456789abcdef",
        "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef00",
        "${MTLS_SERVICE_ISSUER_SHA256}"
      })
  void refusesWhatIsNone(String value) {
    assertThat(IssuerPin.parse(value)).isEmpty();
  }
}
