package dev.bulwark.realm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** L7: what a client with a certificate must say of it. */
class CertificateRuleTest {

  private static final String DIGITS = "0123456789abcdef".repeat(4);

  private final Map<String, String> attributes =
      new HashMap<>(
          Map.of(
              "x509.subjectdn", "CN=service,O=Bulwark",
              "x509.casubjectdn", "CN=Root,O=Bulwark",
              "x509.allow.regex.pattern.comparison", "false"));

  @Test
  void acceptsAnExactSubjectOfANamedAuthority() {
    assertThat(problem(true)).isEmpty();
    attributes.put("x509.issuer.sha256", DIGITS);
    assertThat(problem(true)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x509.subjectdn | | x509.subjectdn is empty: nobody could authenticate",
        "x509.subjectdn | ' ' | x509.subjectdn is empty: nobody could authenticate",
        "x509.casubjectdn | | x509.casubjectdn is empty: every trusted authority could issue the certificate",
        "x509.subjectdn | .* | x509.subjectdn is not a distinguished name (RFC 4514): .*",
        "x509.casubjectdn | Root | x509.casubjectdn is not a distinguished name (RFC 4514): Root",
        "x509.allow.regex.pattern.comparison | | x509.allow.regex.pattern.comparison must be false: the subject is compared exactly",
        "x509.allow.regex.pattern.comparison | true | x509.allow.regex.pattern.comparison must be false: the subject is compared exactly",
        "x509.issuer.sha256 | abc | x509.issuer.sha256 is not the SHA-256 fingerprint of a certificate (64 hexadecimal digits)",
      })
  void namesWhatIsWrong(String attribute, String value, String problem) {
    attributes.put(attribute, value);
    assertThat(problem(true)).contains(problem);
  }

  @Test
  void aClientThatNamesNothingIsOff() {
    attributes.remove("x509.subjectdn");
    attributes.put("x509.casubjectdn", "");
    assertThat(problem(true)).isEmpty();
  }

  /** Keycloak's own ways stay open where the realm does not ask for the rule. */
  @Test
  void elsewhereOnlyItsOwnAttributeIsChecked() {
    attributes.clear();
    assertThat(problem(false)).isEmpty();
    attributes.put("x509.issuer.sha256", "not one");
    assertThat(problem(false)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"serialNumber=12,CN=a", "emailAddress=a@example.org,CN=a", "CN=\"a, b\""})
  void readsTheNamesThatKeycloakReads(String name) {
    attributes.put("x509.subjectdn", name);
    assertThat(problem(true)).isEmpty();
  }

  private Optional<String> problem(boolean strict) {
    return CertificateRule.problem(strict, attributes::get);
  }
}
