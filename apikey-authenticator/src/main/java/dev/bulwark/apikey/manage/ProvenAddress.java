package dev.bulwark.apikey.manage;

import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Checks whether the e-mail address of an account is proven. Otherwise a person who registers with
 * the address of somebody else could create a key that survives a reset of the password by the
 * owner of the address.
 */
public final class ProvenAddress {

  private ProvenAddress() {}

  /**
   * Rejects a user whose address is not proven yet. Users without an address, and all users of a
   * realm that does not ask for proof ({@code verifyEmail}), pass.
   *
   * @throws ApiKeyException of kind {@link ApiKeyException.Kind#EMAIL_NOT_VERIFIED}
   */
  public static void require(RealmModel realm, UserModel user) {
    String address = user.getEmail();
    if (realm.isVerifyEmail() && address != null && !address.isBlank() && !user.isEmailVerified()) {
      throw new ApiKeyException(
          ApiKeyException.Kind.EMAIL_NOT_VERIFIED,
          "The e-mail address of the account must be verified first");
    }
  }
}
