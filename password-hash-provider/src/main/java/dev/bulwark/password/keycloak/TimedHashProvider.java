package dev.bulwark.password.keycloak;

import dev.bulwark.contract.FailedLogin;
import dev.bulwark.contract.PasswordAlgorithms;
import dev.bulwark.credential.OutdatedHash;
import dev.bulwark.password.Argon2HashProviderFactory;
import dev.bulwark.password.CredentialFields;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.timing.SessionWork;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;

/**
 * A PBKDF2 hasher of Keycloak that verifies within the limits for stored hashes (spec P5), behind
 * the permits (P6), and reports how long it took (L3). The hash of another application may be of a
 * form of the password (P4).
 */
final class TimedHashProvider implements PasswordHashProvider {

  /** Before Keycloak's own of the same id, and behind all that come before that. */
  static final int ORDER_AHEAD = 1;

  private final PasswordHashProvider delegate;
  private final KeycloakSession session;

  TimedHashProvider(PasswordHashProvider delegate, KeycloakSession session) {
    this.delegate = delegate;
    this.session = session;
  }

  @Override
  public boolean verify(String rawPassword, PasswordCredentialModel credential) {
    Predicate<PasswordForm> matches = form -> delegate.verify(form.apply(rawPassword), credential);
    @Nullable PasswordPolicy policy = policy();
    @Nullable Argon2HashProviderFactory limited = limited();
    if (limited != null) {
      // What the realm's own policy asks for must not lock all its users out.
      int leastIterations = policy == null ? 0 : policy.getHashIterations();
      return limited.verify(
          session,
          credential,
          leastIterations,
          matches,
          nanos -> reportTime(policy, credential, nanos));
    }
    // Then nothing here has limits.
    return matches.test(PasswordForm.of(parameters(credential)));
  }

  /** Null where it is switched off, or forbidden by FIPS 140. */
  private @Nullable Argon2HashProviderFactory limited() {
    return session
                .getKeycloakSessionFactory()
                .getProviderFactory(PasswordHashProvider.class, Algorithms.ARGON2)
            instanceof Argon2HashProviderFactory factory
        ? factory
        : null;
  }

  private @Nullable PasswordPolicy policy() {
    @Nullable RealmModel realm = session.getContext().getRealm();
    return realm == null ? null : realm.getPasswordPolicy();
  }

  private void reportTime(
      @Nullable PasswordPolicy policy, PasswordCredentialModel credential, long nanos) {
    PasswordCredentialData data = credential.getPasswordCredentialData();
    if (policy == null || !PasswordAlgorithms.isArgon2(policy.getHashAlgorithm())) {
      return;
    }
    // It makes the work of the session.
    session.getProvider(PasswordHashProvider.class, Algorithms.ARGON2);
    @Nullable SessionWork work = session.getAttribute(FailedLogin.ATTRIBUTE, SessionWork.class);
    if (work != null) {
      work.recordVerification(
          new StoredHash(data.getAlgorithm(), data.getHashIterations(), Map.of(), "", new byte[0]),
          nanos);
    }
  }

  @Override
  public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
    boolean current =
        !PasswordForm.isIn(parameters(credential)) && delegate.policyCheck(policy, credential);
    if (current) {
      return true;
    }
    @Nullable Argon2HashProviderFactory counting = limited();
    return counting == null
        ? OutdatedHash.report(session, credential, outcome -> {})
        : counting.reportOutdated(session, credential);
  }

  private static Map<String, String> parameters(PasswordCredentialModel credential) {
    return CredentialFields.parameters(credential.getPasswordCredentialData());
  }

  @Override
  public PasswordCredentialModel encodedCredential(String rawPassword, int iterations) {
    return delegate.encodedCredential(rawPassword, iterations);
  }

  @Override
  public String credentialHashingStrength(PasswordCredentialModel credential) {
    return delegate.credentialHashingStrength(credential);
  }

  @Override
  public void close() {
    delegate.close();
  }
}
