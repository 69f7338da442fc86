package dev.bulwark.legacy;

import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Matches no password: there is no hash to compare with. */
final class PendingHash implements PasswordHashProvider {

  private final PasswordHashProvider argon2;

  /**
   * Creates a provider.
   *
   * @param argon2 makes the hashes where a realm's policy names this provider by mistake
   */
  PendingHash(PasswordHashProvider argon2) {
    this.argon2 = argon2;
  }

  @Override
  public boolean verify(String rawPassword, PasswordCredentialModel credential) {
    return false;
  }

  @Override
  public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
    return argon2.policyCheck(policy, credential);
  }

  @Override
  public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
    return argon2.encodedCredential(rawPassword, iterations);
  }

  @Override
  public String credentialHashingStrength(PasswordCredentialModel credential) {
    return "none";
  }

  @Override
  public void close() {
    // Holds nothing of its own.
  }
}
