package dev.bulwark.realm;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The one certificate authority that may have issued a client's certificate: the SHA-256 of the
 * authority's own certificate, DER-encoded.
 *
 * <p>Names do not tell authorities apart: two can bear the same one, and what a root has delegated
 * to one intermediate can be issued by every other of its intermediates too. Immutable.
 */
record IssuerPin(String fingerprint) {

  /** The client attribute; 64 hexadecimal digits, with or without colons, in any case. */
  static final String ATTRIBUTE = "x509.issuer.sha256";

  private static final String HEX = "[0-9a-f]{64}";

  /**
   * Reads the attribute's value, for example as {@code openssl x509 -fingerprint -sha256} prints it
   * after the equals sign; empty where it is no SHA-256.
   */
  static Optional<IssuerPin> parse(String value) {
    String digits = value.strip().replace(":", "").toLowerCase(Locale.ROOT);
    return digits.matches(HEX) ? Optional.of(new IssuerPin(digits)) : Optional.empty();
  }

  /**
   * Whether this authority has signed the certificate and is valid now.
   *
   * @param known where the authority's certificate is looked for; whoever supplies it, the
   *     fingerprint decides
   */
  boolean hasIssued(X509Certificate certificate, Collection<X509Certificate> known) {
    return known.stream()
        .anyMatch(authority -> isThis(authority) && signed(authority, certificate));
  }

  private boolean isThis(X509Certificate authority) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(authority.getEncoded());
      return HexFormat.of().formatHex(hash).equals(fingerprint);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean signed(X509Certificate authority, X509Certificate certificate) {
    try {
      authority.checkValidity();
      certificate.verify(authority.getPublicKey());
      return authority.getBasicConstraints() >= 0
          && certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
