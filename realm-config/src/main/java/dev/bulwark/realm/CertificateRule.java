package dev.bulwark.realm;

import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.authenticators.client.X509ClientAuthenticator;

/**
 * What a client that authenticates with an X.509 certificate must say of it (L7).
 *
 * <p>Keycloak 26.7 takes the subject for a regular expression unless told otherwise, and accepts
 * every trusted authority where none is named; it only logs a warning.
 */
final class CertificateRule {

  /** The realm attribute that asks for the rule: {@code true}. */
  static final String REALM_ATTRIBUTE = "client-certificates.strict";

  /**
   * The keywords that Keycloak's client-x509 knows beyond those of Java. Its own method ({@code
   * X509ClientAuthenticator.constructX500Principal}) is not there in Keycloak 26.4.
   */
  private static final Map<String, String> KEYWORDS =
      Map.of(
          "SERIALNUMBER", "2.5.4.5",
          "BUSINESSCATEGORY", "2.5.4.15",
          "JURISDICTIONCOUNTRYNAME", "1.3.6.1.4.1.311.60.2.1.3",
          "EMAILADDRESS", "1.2.840.113549.1.9.1",
          "E", "1.2.840.113549.1.9.1");

  private CertificateRule() {}

  /**
   * What is wrong with the client, naming the attribute; empty where nothing is. A client that
   * names neither subject nor authority is in order: nobody can authenticate as it.
   *
   * @param strict whether the realm asks for an exact subject and a named authority; the form of
   *     {@value IssuerPin#ATTRIBUTE} is checked in any realm
   * @param attributes the client's attributes by name; null or empty where there is none
   */
  static Optional<String> problem(boolean strict, UnaryOperator<@Nullable String> attributes) {
    String pin = attributes.apply(IssuerPin.ATTRIBUTE);
    if (!isBlank(pin) && IssuerPin.parse(pin).isEmpty()) {
      return Optional.of(
          IssuerPin.ATTRIBUTE
              + " is not the SHA-256 fingerprint of a certificate (64 hexadecimal digits)");
    }
    return strict ? problem(attributes) : Optional.empty();
  }

  private static Optional<String> problem(UnaryOperator<@Nullable String> attributes) {
    if (isBlank(attributes.apply(X509ClientAuthenticator.ATTR_SUBJECT_DN))
        && isBlank(attributes.apply(X509ClientAuthenticator.ATTR_CA_SUBJECT_DN))) {
      return Optional.empty();
    }
    String regex = X509ClientAuthenticator.ATTR_ALLOW_REGEX_PATTERN_COMPARISON;
    if (!"false".equals(attributes.apply(regex))) {
      return Optional.of(regex + " must be false: the subject is compared exactly");
    }
    return nameProblem(
            attributes, X509ClientAuthenticator.ATTR_SUBJECT_DN, "nobody could authenticate")
        .or(
            () ->
                nameProblem(
                    attributes,
                    X509ClientAuthenticator.ATTR_CA_SUBJECT_DN,
                    "every trusted authority could issue the certificate"));
  }

  private static Optional<String> nameProblem(
      UnaryOperator<@Nullable String> attributes, String attribute, String consequence) {
    String value = attributes.apply(attribute);
    if (isBlank(value)) {
      return Optional.of(attribute + " is empty: " + consequence);
    }
    try {
      new X500Principal(value, KEYWORDS);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(attribute + " is not a distinguished name (RFC 4514): " + value);
    }
  }

  private static boolean isBlank(@Nullable String value) {
    return value == null || value.isBlank();
  }
}
