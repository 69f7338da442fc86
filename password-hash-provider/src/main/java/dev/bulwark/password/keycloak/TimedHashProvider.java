package dev.bulwark.password.keycloak;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.level.SessionWork;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;

/** A hasher of Keycloak, which tells how long it took to verify a hash (spec L3). */
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
    long start = System.nanoTime();
    boolean matches = delegate.verify(rawPassword, credential);
    tell(credential, System.nanoTime() - start);
    return matches;
  }

  private void tell(PasswordCredentialModel credential, long nanos) {
    @Nullable RealmModel realm = session.getContext().getRealm();
    @Nullable PasswordPolicy policy = realm == null ? null : realm.getPasswordPolicy();
    @Nullable PasswordCredentialData data = credential.getPasswordCredentialData();
    if (policy == null
        || data == null
        || data.getAlgorithm() == null
        || !Algorithms.ARGON2.equals(policy.getHashAlgorithm())) {
      return;
    }
    // It makes the work of the session.
    session.getProvider(PasswordHashProvider.class, Algorithms.ARGON2);
    @Nullable SessionWork work = session.getAttribute(SessionWork.ATTRIBUTE, SessionWork.class);
    if (work != null) {
      work.verified(
          new StoredHash(data.getAlgorithm(), data.getHashIterations(), Map.of(), "", new byte[0]),
          nanos);
    }
  }

  @Override
  public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
    return delegate.policyCheck(policy, credential);
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
