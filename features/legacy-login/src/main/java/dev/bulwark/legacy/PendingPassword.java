package dev.bulwark.legacy;

import dev.bulwark.contract.PasswordAlgorithms;
import dev.bulwark.credential.HashReplacement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;

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

  /** The user's pending password; empty where the user has another, or none. */
  static Optional<PendingPassword> of(UserModel user) {
    return user.credentialManager()
        .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
        .findFirst()
        .flatMap(PendingPassword::of);
  }

  private static Optional<PendingPassword> of(CredentialModel stored) {
    return PasswordCredentialModel.TYPE.equals(stored.getType())
        ? of(PasswordCredentialModel.createFromCredentialModel(stored))
        : Optional.empty();
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

  /** Whether a stored credential still is this pending password. */
  boolean is(CredentialModel stored) {
    return of(stored).filter(this::equals).isPresent();
  }

  /**
   * Stores the hash of the password after the commit of the login, unless the user has another
   * password by then.
   */
  void replaceAfterCommit(
      KeycloakSession session, UserModel user, String password, LegacyLoginMetrics metrics) {
    new HashReplacement(user, id, password, this::is).afterCommit(session, metrics::stored);
  }
}
