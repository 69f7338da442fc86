package dev.bulwark.ratelimit.known;

import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/** A value that changes only when the user's password changes. */
public final class PasswordStamp {

  private PasswordStamp() {}

  /**
   * The stamp of a user's stored password. Users whose password another system stores all have the
   * same: what is bound to it ends with its own life alone.
   */
  public static String of(UserModel user) {
    // A new hash of the same password keeps id and date.
    return user.credentialManager()
        .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
        .map(password -> password.getId() + " " + password.getCreatedDate())
        .sorted()
        .findFirst()
        .orElse("none");
  }
}
