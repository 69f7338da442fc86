package dev.bulwark.breached.login;

import org.jspecify.annotations.Nullable;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.policy.PasswordPolicyConfigException;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.policy.PolicyError;

/**
 * The realm's setting of the check at login. It judges no new password: policy {@code
 * breachedPassword} does. Immutable.
 */
final class AtLoginPolicy implements PasswordPolicyProvider {

  static final AtLoginPolicy INSTANCE = new AtLoginPolicy();
  static final LoginAction DEFAULT = LoginAction.WARN;

  private AtLoginPolicy() {}

  @Override
  public @Nullable PolicyError validate(RealmModel realm, UserModel user, String password) {
    return null;
  }

  @Override
  public @Nullable PolicyError validate(String username, String password) {
    return null;
  }

  /**
   * Reads the setting.
   *
   * @param value {@code off}, {@code warn} or {@code demand}; blank for {@code warn}
   * @throws PasswordPolicyConfigException for any other value
   */
  @Override
  public Object parseConfig(@Nullable String value) {
    if (value == null || value.isBlank()) {
      return DEFAULT;
    }
    return LoginAction.ofLabel(value.trim())
        .orElseThrow(
            () -> new PasswordPolicyConfigException("The action must be off, warn or demand"));
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
