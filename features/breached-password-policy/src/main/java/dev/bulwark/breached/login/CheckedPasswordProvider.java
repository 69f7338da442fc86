package dev.bulwark.breached.login;

import dev.bulwark.credential.OutdatedHash;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialInput;
import org.keycloak.credential.PasswordCredentialProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Keycloak's stored passwords; after one was right, it is checked, and its hash replaced if that is
 * outdated. A wrong password never reaches the check.
 */
final class CheckedPasswordProvider extends PasswordCredentialProvider {

  private final PasswordCredentialProvider delegate;
  private final @Nullable LoginCheck check;

  /**
   * Decorates Keycloak's provider.
   *
   * @param check null for none
   */
  CheckedPasswordProvider(
      KeycloakSession session, PasswordCredentialProvider delegate, @Nullable LoginCheck check) {
    // The delegate verifies and counts; everything else needs the session alone.
    super(session, null, false, false, false, false, false);
    this.delegate = delegate;
    this.check = check;
  }

  @Override
  public boolean isValid(RealmModel realm, UserModel user, CredentialInput input) {
    if (!isRight(realm, user, input)) {
      return false;
    }
    if (check != null) {
      check.check(session, realm, user, input.getChallengeResponse());
    }
    return true;
  }

  /** Keycloak would replace an outdated hash later, whatever password is stored by then. */
  private boolean isRight(RealmModel realm, UserModel user, CredentialInput input) {
    try (OutdatedHash outdated = OutdatedHash.open(session)) {
      boolean right = delegate.isValid(realm, user, input);
      if (right) {
        outdated.replace(user, input.getChallengeResponse());
      }
      return right;
    }
  }
}
