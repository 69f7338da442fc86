package dev.bulwark.notify;

import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Name, address and credentials of a user, as they are in the database, while the request that
 * changes them is not committed. Keycloak's events tell the former address at best, and never
 * whether it was verified. Immutable.
 *
 * @param email null without one
 * @param verified whether the address is proven
 */
record FormerIdentity(
    String name, @Nullable String email, boolean verified, StoredCredentials credentials) {

  /** Reads it in a transaction of its own; null where there is no such user yet. */
  static @Nullable FormerIdentity read(KeycloakSession session, String realmId, String userId) {
    return KeycloakModelUtils.runJobInTransactionWithResult(
        session.getKeycloakSessionFactory(), other -> of(other, realmId, userId));
  }

  private static @Nullable FormerIdentity of(
      KeycloakSession session, String realmId, String userId) {
    @Nullable RealmModel realm = session.realms().getRealm(realmId);
    if (realm == null) {
      return null;
    }
    session.getContext().setRealm(realm);
    @Nullable UserModel user = user(session, realm, userId);
    return user == null
        ? null
        : new FormerIdentity(
            user.getUsername(),
            user.getEmail(),
            user.isEmailVerified(),
            StoredCredentials.of(user));
  }

  /**
   * Not out of Keycloak's cache where the user is in the database: after a commit the cache lets go
   * of what it held, but maybe later than this is called.
   */
  private static @Nullable UserModel user(
      KeycloakSession session, RealmModel realm, String userId) {
    @Nullable UserModel stored = session.getProvider(UserProvider.class).getUserById(realm, userId);
    return stored == null ? session.users().getUserById(realm, userId) : stored;
  }

  /** The address to which a mail may go; null without one that is proven. */
  @Nullable String address() {
    return verified ? email : null;
  }

  /**
   * Whether the user has another address now, or none; letter case does not count.
   *
   * @param now the user's address, verified or not; null without one
   */
  boolean hasOtherAddress(@Nullable String now) {
    return email != null && !email.equalsIgnoreCase(now);
  }
}
