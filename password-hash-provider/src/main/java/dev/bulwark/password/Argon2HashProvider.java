package dev.bulwark.password;

import dev.bulwark.credential.OutdatedHash;
import dev.bulwark.password.PasswordMetrics.Operation;
import dev.bulwark.password.argon2.Argon2Engine;
import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.verify.Argon2Verifier;
import dev.bulwark.password.timing.SessionWork;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;

/**
 * Makes and verifies Argon2 hashes in the form of Keycloak's own hasher (spec P1–P3). For one
 * thread.
 */
final class Argon2HashProvider implements PasswordHashProvider {

  private static final SecureRandom RANDOM = new SecureRandom();

  private final PasswordHashingConfig config;
  private final Argon2Engine engine;
  private final Argon2Verifier verifier;
  private final PasswordHashing hashing;
  private final Supplier<Optional<String>> userId;
  private final SessionWork work;
  private final IntSupplier policyIterations;
  private final Predicate<PasswordCredentialModel> replacedElsewhere;

  /**
   * Creates a provider for one session.
   *
   * @param policyIterations what the policy of the session's realm says; -1 for nothing
   * @param replacedElsewhere told an outdated hash; whether Keycloak is not to replace it
   */
  Argon2HashProvider(
      PasswordHashingConfig config,
      Argon2Engine engine,
      PasswordHashing hashing,
      Supplier<Optional<String>> userId,
      SessionWork work,
      IntSupplier policyIterations,
      Predicate<PasswordCredentialModel> replacedElsewhere) {
    this.config = config;
    this.engine = engine;
    this.verifier = new Argon2Verifier(engine);
    this.hashing = hashing;
    this.userId = userId;
    this.work = work;
    this.policyIterations = policyIterations;
    this.replacedElsewhere = replacedElsewhere;
  }

  /**
   * False when Keycloak is to store a new hash: the scheme, a parameter or the salt's length is not
   * the current one, and {@link OutdatedHash} takes no reports.
   */
  @Override
  public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
    return isCurrent(credential, policy.getHashIterations()) || replacedElsewhere.test(credential);
  }

  private boolean isCurrent(PasswordCredentialModel credential, int iterations) {
    try {
      return config.isCurrent(CredentialFields.read(credential), iterations);
    } catch (UnusableHashException e) {
      return false;
    }
  }

  @Override
  public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
    byte[] salt = new byte[PasswordHashingConfig.SALT_LENGTH];
    RANDOM.nextBytes(salt);
    Argon2Parameters parameters = config.parameters(iterations);
    byte[] hash =
        PasswordBytes.use(
            rawPassword,
            password ->
                hashing.hash(
                    Operation.HASH,
                    Algorithms.ARGON2,
                    parameters.kib(),
                    engine.heap(parameters),
                    () -> engine.hash(parameters, password, salt),
                    work::recordHash));
    return CredentialFields.write(
        new StoredHash(
            Algorithms.ARGON2,
            parameters.iterations(),
            Argon2Fields.write(parameters),
            Base64.getEncoder().encodeToString(hash),
            salt));
  }

  @Override
  public boolean verify(String rawPassword, PasswordCredentialModel credential) {
    return hashing.verify(verifier, rawPassword, credential, userId, this::verified);
  }

  private void verified(StoredHash stored, long nanos) {
    if (config.isCurrent(stored, policyIterations.getAsInt())) {
      work.recordHash(nanos);
    } else {
      work.recordVerification(stored, nanos);
    }
  }

  /**
   * As Keycloak's own Argon2 provider names it; total, because Keycloak also asks after a failure.
   */
  @Override
  public String credentialHashingStrength(PasswordCredentialModel credential) {
    @Nullable PasswordCredentialData data = credential.getPasswordCredentialData();
    try {
      if (data == null) {
        return "unusable";
      }
      Argon2Parameters parameters =
          Argon2Fields.read(data.getHashIterations(), CredentialFields.parameters(data));
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
