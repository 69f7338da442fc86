package dev.bulwark.password.recovery;

import dev.bulwark.password.foreign.ImportedCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.credential.dto.RecoveryAuthnCodeRepresentation;
import org.keycloak.models.credential.dto.RecoveryAuthnCodesCredentialData;
import org.keycloak.models.credential.dto.RecoveryAuthnCodesSecretData;
import org.keycloak.util.JsonSerialization;

/**
 * The backup codes that a user of another application has left. Immutable.
 *
 * @param codes in the form of {@link ImportedCode}
 * @param total how many there were
 */
record ImportedCodeSet(List<RecoveryAuthnCodeRepresentation> codes, int total) {

  /**
   * Reads a credential of the type {@code recovery-authn-codes}.
   *
   * @throws UncheckedIOException when its JSON is not Keycloak's
   */
  static ImportedCodeSet read(CredentialModel credential) {
    try {
      return new ImportedCodeSet(
          JsonSerialization.readValue(
                  credential.getSecretData(), RecoveryAuthnCodesSecretData.class)
              .getCodes(),
          JsonSerialization.readValue(
                  credential.getCredentialData(), RecoveryAuthnCodesCredentialData.class)
              .getTotalCodes());
    } catch (IOException e) {
      throw new UncheckedIOException("The stored recovery codes are not in Keycloak's form", e);
    }
  }

  /** The number under which a code is stored; empty for none of these. */
  Optional<Integer> numberOf(String code) {
    Predicate<String> entered = ImportedCode.matcher(code);
    return codes.stream()
        .filter(stored -> entered.test(stored.getEncodedHashedValue()))
        .map(RecoveryAuthnCodeRepresentation::getNumber)
        .findFirst();
  }

  /** The codes but one. */
  ImportedCodeSet without(int number) {
    return new ImportedCodeSet(
        codes.stream().filter(code -> code.getNumber() != number).toList(), total);
  }

  /**
   * Puts the codes in place of those of a credential.
   *
   * @return the same credential
   */
  CredentialModel write(CredentialModel credential) {
    try {
      credential.setSecretData(
          JsonSerialization.writeValueAsString(new RecoveryAuthnCodesSecretData(codes)));
      credential.setCredentialData(
          JsonSerialization.writeValueAsString(
              new RecoveryAuthnCodesCredentialData(null, "SHA-256", codes.size(), total)));
      return credential;
    } catch (IOException e) {
      throw new UncheckedIOException("The recovery codes cannot be written", e);
    }
  }
}
