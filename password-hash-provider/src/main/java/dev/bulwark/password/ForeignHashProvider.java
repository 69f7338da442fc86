package dev.bulwark.password;

import dev.bulwark.password.foreign.verify.PasswordVerifier;
import dev.bulwark.password.timing.SessionWork;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Verifies the hashes of another application (spec P4). It makes none: where a realm's policy names
 * it, new passwords become Argon2 all the same, so that a mistake in the policy cannot weaken a
 * password.
 */
final class ForeignHashProvider implements PasswordHashProvider {

  private final PasswordVerifier verifier;
  private final PasswordHashing hashing;
  private final PasswordHashProvider argon2;
  private final Supplier<Optional<String>> userId;
  private final SessionWork work;

  ForeignHashProvider(
      PasswordVerifier verifier,
      PasswordHashing hashing,
      PasswordHashProvider argon2,
      Supplier<Optional<String>> userId,
      SessionWork work) {
    this.verifier = verifier;
    this.hashing = hashing;
    this.argon2 = argon2;
    this.userId = userId;
    this.work = work;
  }

  @Override
  public boolean verify(String rawPassword, PasswordCredentialModel credential) {
    return hashing.verify(verifier, rawPassword, credential, userId, work::recordVerification);
  }

  @Override
  public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
    return argon2.policyCheck(policy, credential);
  }

  @Override
  public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
    return argon2.encodedCredential(rawPassword, iterations);
  }

  /** The stored cost; total, because Keycloak also asks after a failure. */
  @Override
  public String credentialHashingStrength(PasswordCredentialModel credential) {
    return credential.getPasswordCredentialData() == null
        ? "unusable"
        : Integer.toString(credential.getPasswordCredentialData().getHashIterations());
  }

  @Override
  public void close() {
    // Holds nothing of its own.
  }
}
