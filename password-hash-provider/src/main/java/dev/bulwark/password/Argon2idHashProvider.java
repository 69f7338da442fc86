package dev.bulwark.password;

import dev.bulwark.password.argon2.Argon2Parameters;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Makes Argon2id hashes and verifies Argon2 hashes of every variant (spec P1–P3).
 *
 * <p>The realm policy {@code hashIterations} is not heeded: its numbers are meant for PBKDF2 (its
 * form field proposes 210,000), and a second place for the cost would make each login disagree with
 * the other place and hash again.
 */
final class Argon2idHashProvider implements PasswordHashProvider {

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Supplier<Optional<String>> userId;
  private final PasswordHashingConfig config;
  private final PasswordHashing hashing;
  private final RefusalLog refusals;

  Argon2idHashProvider(
      Supplier<Optional<String>> userId,
      PasswordHashingConfig config,
      PasswordHashing hashing,
      RefusalLog refusals) {
    this.userId = userId;
    this.config = config;
    this.hashing = hashing;
    this.refusals = refusals;
  }

  /**
   * False when a login should store a new hash: the scheme, a parameter or the salt's length is not
   * the current one.
   */
  @Override
  public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
    if (!Argon2idHashProviderFactory.ID.equals(
        credential.getPasswordCredentialData().getAlgorithm())) {
      return false;
    }
    try {
      Argon2Credential stored = Argon2Credential.of(credential);
      return stored.parameters().equals(config.parameters())
          && stored.salt().length == config.saltLength();
    } catch (UnusableHashException e) {
      return false;
    }
  }

  @Override
  public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
    byte[] salt = new byte[config.saltLength()];
    RANDOM.nextBytes(salt);
    Argon2Parameters parameters = config.parameters();
    byte[] hash =
        PasswordBytes.use(
            rawPassword,
            password -> hashing.hash(Argon2idHashProviderFactory.ID, parameters, password, salt));
    return new Argon2Credential(parameters, salt, hash).toModel(Argon2idHashProviderFactory.ID);
  }

  @Override
  public boolean verify(String rawPassword, PasswordCredentialModel credential) {
    Argon2Credential stored;
    try {
      stored = Argon2Credential.of(credential);
      hashing.limits().check(stored.parameters());
    } catch (UnusableHashException e) {
      hashing.refused(Argon2idHashProviderFactory.ID);
      refusals.warn(userId.get(), credential, Argon2idHashProviderFactory.ID, e);
      return false;
    }
    try {
      return PasswordBytes.use(
          rawPassword,
          password ->
              hashing.matches(
                  Argon2idHashProviderFactory.ID,
                  stored.parameters(),
                  password,
                  stored.salt(),
                  stored.hash()));
    } catch (PasswordBytes.MalformedPasswordException e) {
      // Such a password cannot have been set.
      return false;
    }
  }

  /**
   * As Keycloak's own Argon2 provider names it; total, because Keycloak also asks after a failure.
   */
  @Override
  public String credentialHashingStrength(PasswordCredentialModel credential) {
    try {
      Argon2Parameters parameters =
          Argon2Credential.parametersOf(credential.getPasswordCredentialData());
      return "Argon2%s-%s[m=%d,t=%d,p=%d]"
          .formatted(
              parameters.type().label(),
              parameters.version().label(),
              parameters.memory(),
              parameters.iterations(),
              parameters.parallelism());
    } catch (UnusableHashException e) {
      return "unusable";
    }
  }

  @Override
  public void close() {
    // Holds nothing of its own.
  }
}
