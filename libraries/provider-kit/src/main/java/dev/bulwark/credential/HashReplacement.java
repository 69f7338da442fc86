package dev.bulwark.credential;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A new hash, of the realm's hasher, for a password that was right at a login. It is stored in a
 * transaction of its own, once that of the login is over, as Keycloak does when it replaces a hash:
 * two logins at once must not make one of them fail. The computation may wait for long, so the
 * stored password is compared once more before it is replaced.
 */
public final class HashReplacement {

  private static final Logger LOG = Logger.getLogger(HashReplacement.class);

  /** What became of the new hash. */
  public enum Outcome {
    STORED,
    /** Another login, a new password or a removal came first. */
    SUPERSEDED,
    /** The next login tries it again. */
    FAILED
  }

  private final String userId;
  private final String credentialId;
  private final String password;
  private final Predicate<CredentialModel> unchanged;

  /**
   * Prepares a replacement.
   *
   * @param credentialId of the user's password
   * @param password in clear text
   * @param unchanged whether the stored credential still is the one that the login has verified
   */
  public HashReplacement(
      UserModel user, String credentialId, String password, Predicate<CredentialModel> unchanged) {
    this.userId = user.getId();
    this.credentialId = credentialId;
    this.password = password;
    this.unchanged = unchanged;
  }

  /**
   * Runs when the transaction of the session is committed, and never if it is rolled back.
   *
   * @param done told the outcome, on the same thread
   */
  public void afterCommit(KeycloakSession session, Consumer<Outcome> done) {
    session
        .getTransactionManager()
        .enlistAfterCompletion(
            new AbstractKeycloakTransaction() {
              @Override
              protected void commitImpl() {
                done.accept(run(session));
              }

              @Override
              protected void rollbackImpl() {
                // No login: the password stays as it is.
              }
            });
  }

  private Outcome run(KeycloakSession session) {
    Outcome[] outcome = {Outcome.FAILED};
    try {
      KeycloakModelUtils.runJobInTransaction(
          session.getKeycloakSessionFactory(),
          session.getContext(),
          own -> outcome[0] = replace(own));
      return outcome[0];
    } catch (RuntimeException e) {
      LOG.warnf(
          e,
          "The new password hash of user %s could not be stored. The next login tries it again",
          userId);
      return Outcome.FAILED;
    }
  }

  private Outcome replace(KeycloakSession session) {
    RealmModel realm = session.getContext().getRealm();
    PasswordPolicy policy = realm.getPasswordPolicy();
    // First, since it may wait for its turn: meanwhile nothing is locked.
    PasswordCredentialModel hash =
        hasher(session, policy).encodedCredential(password, policy.getHashIterations());
    @Nullable UserModel user = session.users().getUserById(realm, userId);
    @Nullable CredentialModel stored =
        user == null
            ? null
            : CredentialRow.lock(session, user, credentialId).filter(unchanged).orElse(null);
    if (user == null || stored == null) {
      return Outcome.SUPERSEDED;
    }
    hash.setId(credentialId);
    hash.setCreatedDate(stored.getCreatedDate());
    hash.setUserLabel(stored.getUserLabel());
    user.credentialManager().updateStoredCredential(hash);
    return Outcome.STORED;
  }

  private static PasswordHashProvider hasher(KeycloakSession session, PasswordPolicy policy) {
    @Nullable PasswordHashProvider ofPolicy =
        policy.getHashAlgorithm() == null
            ? null
            : session.getProvider(PasswordHashProvider.class, policy.getHashAlgorithm());
    return ofPolicy == null ? session.getProvider(PasswordHashProvider.class) : ofPolicy;
  }
}
