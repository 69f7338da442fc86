package dev.bulwark.password;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.verify.PasswordVerifier;
import dev.bulwark.password.foreign.verify.Verifiers;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * P2, P5: whatever a stored credential holds, its verifier refuses it as {@link
 * UnusableHashException} or computes within the limits.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class StoredCredentialFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(StoredCredentialFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  /** So tight that nothing is slow. */
  private static final CostLimits LIMITS = new CostLimits(64, 64, 4, 1000);

  private static final Map<String, PasswordVerifier> VERIFIERS =
      new Verifiers(new BouncyCastleArgon2Engine()).byAlgorithm();

  /** The target: a line of credential data, a line of secret data, and the password. */
  public static void fuzzerTestOneInput(byte[] input) {
    String[] parts = new String(input, StandardCharsets.UTF_8).split("\n", 3);
    CredentialModel row = new CredentialModel();
    row.setCredentialData(parts[0]);
    row.setSecretData(parts.length > 1 ? parts[1] : "");
    PasswordCredentialModel model;
    try {
      model = PasswordCredentialModel.createFromCredentialModel(row);
    } catch (RuntimeException e) {
      // Keycloak's own JSON reader: such a row never comes to a verifier.
      assertThat(e).hasCauseInstanceOf(IOException.class);
      return;
    }
    PasswordVerifier.Verification verification;
    try {
      StoredHash stored = CredentialFields.read(model);
      PasswordVerifier verifier = VERIFIERS.get(stored.algorithm());
      if (verifier == null) {
        return;
      }
      verification = verifier.prepare(stored, LIMITS);
    } catch (UnusableHashException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(verification.memory()).isBetween(1, LIMITS.memory());
    assertAffordable(CredentialFields.read(model), verification);
    byte[] password = (parts.length > 2 ? parts[2] : "").getBytes(StandardCharsets.UTF_8);
    boolean first = verification.matches(password);
    assertThat(verification.matches(password)).isEqualTo(first);
  }

  /** What the limits forbid, told by the stored fields alone. */
  private static void assertAffordable(
      StoredHash stored, PasswordVerifier.Verification verification) {
    switch (stored.algorithm()) {
      case "scrypt" ->
          assertThat(
                  128L
                      * Integer.parseInt(stored.parameters().get("r"))
                      * Math.max(
                          stored.iterations(), Integer.parseInt(stored.parameters().get("p"))))
              .isLessThan(1024L * (verification.memory() + 1));
      case "sha256-crypt", "sha512-crypt" -> assertThat(stored.value()).contains("$rounds=");
      default -> assertThat(stored.value()).isNotEmpty();
    }
  }
}
