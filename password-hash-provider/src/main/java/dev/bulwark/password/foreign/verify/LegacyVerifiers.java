package dev.bulwark.password.foreign.verify;

import java.util.List;
import java.util.stream.Stream;

/** The one list of verifiers of other applications' hashes. */
public final class LegacyVerifiers {

  private static final List<PasswordVerifier> ALL =
      List.of(
          new BcryptVerifier(),
          new BcryptSha256Verifier(),
          new ScryptVerifier(),
          ShaCryptVerifier.sha256(),
          ShaCryptVerifier.sha512(),
          new PhpassVerifier(),
          new WordpressVerifier(),
          new FirebaseVerifier(),
          new DigestVerifier());

  private LegacyVerifiers() {}

  /** All of them; the order has no meaning. */
  public static List<PasswordVerifier> all() {
    return ALL;
  }

  /**
   * The one of an algorithm.
   *
   * @throws IllegalArgumentException when no verifier has the id
   */
  public static PasswordVerifier of(String algorithm) {
    return ALL.stream()
        .filter(verifier -> verifier.algorithm().equals(algorithm))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(algorithm));
  }

  /** Whether a verifier has the id. */
  public static boolean have(String algorithm) {
    return ALL.stream().anyMatch(verifier -> verifier.algorithm().equals(algorithm));
  }

  /** Those whose hashes are stored as their text. */
  public static Stream<TextVerifier> ofTexts() {
    return ALL.stream().filter(TextVerifier.class::isInstance).map(TextVerifier.class::cast);
  }
}
