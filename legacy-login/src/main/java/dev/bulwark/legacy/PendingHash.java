package dev.bulwark.legacy;

import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Matches no password: there is no hash to compare with. */
final class PendingHash implements PasswordHashProvider {

  private final PasswordHashProvider argon2id;

  /**
   * Creates a provider.
   *
   * @param argon2id makes the hashes where a realm's policy names this provider by mistake
   */
  PendingHash(PasswordHashProvider argon2id) {
    this.argon2id = argon2id;
  }

  @Override
  public boolean verify(String rawPassword, PasswordCredentialModel credential) {
    return false;
  }

  @Override
  public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
    return argon2id.policyCheck(policy, credential);
  }

  @Override
  public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
    return argon2id.encodedCredential(rawPassword, iterations);
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
