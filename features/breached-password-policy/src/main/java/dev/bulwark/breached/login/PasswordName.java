package dev.bulwark.breached.login;

import java.util.Comparator;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Names a user's password by what changes with it, and with nothing else. */
final class PasswordName {

  private PasswordName() {}

  /** The id and the date of the stored password; a new hash of the same password keeps both. */
  static String of(UserModel user) {
    return user.credentialManager()
        .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
        .min(Comparator.comparing(CredentialModel::getId))
        .map(password -> password.getId() + "/" + password.getCreatedDate())
        .orElse("none");
  }
}
