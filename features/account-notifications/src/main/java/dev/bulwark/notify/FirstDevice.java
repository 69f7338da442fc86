package dev.bulwark.notify;

import java.util.Comparator;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.storage.ReadOnlyException;

/**
 * Tells the first login with a password from later ones: a device cookie ends with the password, so
 * after a change, a registration or an import every device is unknown, and no mail would help.
 */
final class FirstDevice {

  /** A data format, never to change. */
  static final String ATTRIBUTE = "bulwark.logged-in-with";

  private FirstDevice() {}

  /**
   * Whether the user logs in with this password for the first time; remembers that it happened.
   * False for a user of a store that keeps no attributes, such as a directory without import: each
   * of the user's logins would be the first.
   */
  static boolean isFirst(UserModel user) {
    String password =
        user.credentialManager()
            .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
            .min(Comparator.comparing(CredentialModel::getId))
            .map(stored -> stored.getId() + "/" + stored.getCreatedDate())
            .orElse("none");
    if (password.equals(user.getFirstAttribute(ATTRIBUTE))) {
      return false;
    }
    try {
      user.setSingleAttribute(ATTRIBUTE, password);
      return true;
    } catch (ReadOnlyException e) {
      return false;
    }
  }
}
