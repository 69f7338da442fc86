package dev.bulwark.legacy;

import dev.bulwark.contract.PasswordAlgorithms;
import dev.bulwark.legacy.LegacyLoginMetrics.Stored;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A password that only the old application knows: a stored credential of type {@code password} with
 * algorithm {@code legacy-login} and without a hash. Being the user's one password, it ends when
 * the user gets another in any way, and when it is removed.
 *
 * @param id of the credential
 * @param login name by which the old application knows the user. It is stored with the credential
 *     at the import: with the current e-mail address instead, whoever gets the address of somebody
 *     else could log in with the other's old password.
 */
record PendingPassword(String id, String login) {

  private static final Logger LOG = Logger.getLogger(PendingPassword.class);

  /** The user's pending password; empty where the user has another, or none. */
  static Optional<PendingPassword> of(UserModel user) {
    return user.credentialManager()
        .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
        .map(PasswordCredentialModel::createFromCredentialModel)
        .findFirst()
        .flatMap(PendingPassword::of);
  }

  private static Optional<PendingPassword> of(PasswordCredentialModel credential) {
    @Nullable PasswordCredentialData data = credential.getPasswordCredentialData();
    if (data == null
        || !LegacyLoginFactory.ID.equals(data.getAlgorithm())
        || data.getAdditionalParameters() == null) {
      return Optional.empty();
    }
    @Nullable List<String> names =
        data.getAdditionalParameters().get(PasswordAlgorithms.LOGIN_NAME);
    return names == null || names.isEmpty() || names.get(0).isBlank()
        ? Optional.empty()
        : Optional.of(new PendingPassword(credential.getId(), names.get(0)));
  }

  /**
   * Stores the hash of the password in a transaction of its own, once that of the login is over, as
   * Keycloak does when it replaces a hash: two logins at once must not make one of them fail.
   */
  void replaceAfterCommit(
      KeycloakSession session, UserModel user, String password, LegacyLoginMetrics metrics) {
    String userId = user.getId();
    session
        .getTransactionManager()
        .enlistAfterCompletion(
            new AbstractKeycloakTransaction() {
              @Override
              protected void commitImpl() {
                try {
                  KeycloakModelUtils.runJobInTransaction(
                      session.getKeycloakSessionFactory(),
                      session.getContext(),
                      own -> metrics.stored(replace(own, userId, password)));
                } catch (RuntimeException e) {
                  metrics.stored(Stored.FAILED);
                  LOG.warnf(
                      e,
                      "The password hash of user %s could not be stored. The next login asks "
                          + "the old application again",
                      userId);
                }
              }

              @Override
              protected void rollbackImpl() {
                // No login: the password stays pending.
              }
            });
  }

  private Stored replace(KeycloakSession session, String userId, String password) {
    RealmModel realm = session.getContext().getRealm();
    @Nullable UserModel user = session.users().getUserById(realm, userId);
    if (user == null || !of(user).filter(this::equals).isPresent()) {
      return Stored.SUPERSEDED;
    }
    PasswordCredentialModel before =
        PasswordCredentialModel.createFromCredentialModel(
            user.credentialManager().getStoredCredentialById(id));
    PasswordPolicy policy = realm.getPasswordPolicy();
    PasswordCredentialModel hash =
        hasher(session, policy).encodedCredential(password, policy.getHashIterations());
    hash.setId(id);
    hash.setCreatedDate(before.getCreatedDate());
    hash.setUserLabel(before.getUserLabel());
    user.credentialManager().updateStoredCredential(hash);
    return Stored.STORED;
  }

  private static PasswordHashProvider hasher(KeycloakSession session, PasswordPolicy policy) {
    @Nullable PasswordHashProvider ofPolicy =
        policy.getHashAlgorithm() == null
            ? null
            : session.getProvider(PasswordHashProvider.class, policy.getHashAlgorithm());
    return ofPolicy == null ? session.getProvider(PasswordHashProvider.class) : ofPolicy;
  }
}
