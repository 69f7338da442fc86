package dev.bulwark.password.recovery;

import dev.bulwark.password.CredentialFields;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.ImportedCode;
import dev.bulwark.password.foreign.UnusableHashException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import org.jboss.logging.Logger;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.credential.RecoveryAuthnCodesCredentialModel;
import org.keycloak.models.credential.dto.RecoveryAuthnCodeRepresentation;
import org.keycloak.models.credential.dto.RecoveryAuthnCodesCredentialData;
import org.keycloak.models.credential.dto.RecoveryAuthnCodesSecretData;
import org.keycloak.models.utils.RecoveryAuthnCodesUtils;
import org.keycloak.util.JsonSerialization;

/**
 * Argon2 over Keycloak's form of a recovery code, which is the Base64 of its SHA-512. So codes that
 * Keycloak has stored can be hashed again without knowing them. Thread-safe as its hasher is.
 */
final class RecoveryCodeHashing {

  private static final Logger LOG = Logger.getLogger(RecoveryCodeHashing.class);

  private static final int DEFAULT_ITERATIONS = -1;

  /**
   * Keycloak makes twelve. Only an import brings a larger set, and hashing thousands of codes would
   * take one request for hours.
   */
  private static final int MAX_CODES = 50;

  private final PasswordHashProvider argon2;

  /**
   * Hashes with the parameters of a hasher.
   *
   * @param argon2 the provider {@code argon2} of the SPI {@code password-hashing}
   */
  RecoveryCodeHashing(PasswordHashProvider argon2) {
    this.argon2 = argon2;
  }

  /**
   * Verifies a code.
   *
   * @param code as its user was shown it, without hyphens
   * @param stored a code in the form of this class or in Keycloak's
   * @return false also for a stored text that is neither, with one warning
   */
  boolean matches(String code, String stored) {
    if (!PhcText.is(stored)) {
      return RecoveryAuthnCodesUtils.verifyRecoveryCodeInput(code, stored);
    }
    try {
      return argon2.verify(keycloaksForm(code), CredentialFields.write(PhcText.read(stored)));
    } catch (UnusableHashException e) {
      LOG.warnf("A stored recovery code is invalid and matches no input: %s", e.getMessage());
      return false;
    }
  }

  /**
   * Hashes the codes of a credential that are in Keycloak's form, and leaves the others alone. A
   * set of imported codes stays whole as it is, and so does one of more than {@value #MAX_CODES}.
   * Takes one computation of Argon2 for each.
   *
   * @return the same credential (id, label, date) with all its codes hashed
   */
  CredentialModel hash(RecoveryAuthnCodesCredentialModel credential) {
    try {
      List<RecoveryAuthnCodeRepresentation> stored =
          JsonSerialization.readValue(
                  credential.getSecretData(), RecoveryAuthnCodesSecretData.class)
              .getCodes();
      if (stored.size() > MAX_CODES
          || stored.stream().anyMatch(code -> ImportedCode.is(code.getEncodedHashedValue()))) {
        return credential;
      }
      List<RecoveryAuthnCodeRepresentation> codes = stored.stream().map(this::hash).toList();
      int total =
          JsonSerialization.readValue(
                  credential.getCredentialData(), RecoveryAuthnCodesCredentialData.class)
              .getTotalCodes();
      credential.setSecretData(
          JsonSerialization.writeValueAsString(new RecoveryAuthnCodesSecretData(codes)));
      credential.setCredentialData(
          JsonSerialization.writeValueAsString(
              new RecoveryAuthnCodesCredentialData(null, Algorithms.ARGON2, codes.size(), total)));
      return credential;
    } catch (IOException e) {
      throw new UncheckedIOException("The stored recovery codes are not in Keycloak's form", e);
    }
  }

  private RecoveryAuthnCodeRepresentation hash(RecoveryAuthnCodeRepresentation code) {
    String stored = code.getEncodedHashedValue();
    return PhcText.is(stored) || ImportedCode.is(stored)
        ? code
        : new RecoveryAuthnCodeRepresentation(
            code.getNumber(),
            PhcText.write(
                CredentialFields.read(argon2.encodedCredential(stored, DEFAULT_ITERATIONS))));
  }

  private static String keycloaksForm(String code) {
    return Base64.getEncoder().encodeToString(RecoveryAuthnCodesUtils.hashRawCode(code));
  }
}
