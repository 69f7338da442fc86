package dev.bulwark.ratelimit.known;

import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * A value that changes when the logins of a user so far stop counting: with a new password, and
 * when the user is signed out everywhere, which moves Keycloak's "not before" of the user, or of
 * the realm.
 */
public final class LoginStamp {

  private LoginStamp() {}

  /**
   * The stamp of a user now. Of users whose password another system stores, only the times before
   * which Keycloak accepts no token are part of it.
   */
  public static String of(KeycloakSession session, UserModel user) {
    // A new hash of the same password keeps id and date.
    String password =
        user.credentialManager()
            .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
            .map(stored -> stored.getId() + " " + stored.getCreatedDate())
            .sorted()
            .findFirst()
            .orElse("none");
    RealmModel realm = session.getContext().getRealm();
    int notBefore = session.users().getNotBeforeOfUser(realm, user);
    return password + " " + notBefore + " " + realm.getNotBefore();
  }
}
