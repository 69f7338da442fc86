package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.ApiKeyConfig;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserModel;

/** What Keycloak says about a user who owns keys, as far as the options let it stop keys. */
record UserState(KeycloakSession session, RealmModel realm, UserModel user, ApiKeyConfig config)
    implements KeyDecision.Owner {

  @Override
  public boolean isEnabled() {
    return user.isEnabled();
  }

  /**
   * Reads Keycloak's state and never asks its {@code BruteForceProtector}: where there is an
   * authentication session, that question takes a lock, and every other request of the user is told
   * "locked" until this one ends.
   */
  @Override
  public boolean isLocked() {
    if (!config.refuseLockedOwner() || !realm.isBruteForceProtected()) {
      return false;
    }
    UserLoginFailureModel failures =
        session.loginFailures().getUserLoginFailure(realm, user.getId());
    return failures != null && Time.currentTime() < failures.getFailedLoginNotBefore();
  }

  @Override
  public boolean hasPendingActions() {
    return config.refusePendingActions() && user.getRequiredActionsStream().findAny().isPresent();
  }
}
