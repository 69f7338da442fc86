package dev.bulwark.ratelimit.step;

import dev.bulwark.contract.FailedLogin;
import dev.bulwark.contract.PasswordAlgorithms;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;

/**
 * Makes a failed attempt take as long whoever it is about (spec L3): Keycloak answers at once for a
 * user who is locked out at the form or has no password, and without a password. How long that is,
 * the hasher of the realm knows.
 */
final class FailureTiming {

  private FailureTiming() {}

  /**
   * Computes a hash for nobody if none was, and waits where others take longer. Without effect in a
   * realm with another hasher.
   *
   * @param start when the attempt began, of {@link System#nanoTime()}
   */
  static void equalize(AuthenticationFlowContext context, long start) {
    PasswordPolicy policy = context.getRealm().getPasswordPolicy();
    if (!PasswordAlgorithms.isArgon2(policy.getHashAlgorithm())) {
      return;
    }
    KeycloakSession session = context.getSession();
    // The hasher of a session sets the attribute when it is made.
    @Nullable PasswordHashProvider hasher =
        session.getProvider(PasswordHashProvider.class, PasswordAlgorithms.ARGON2);
    @Nullable FailedLogin failedLogin =
        session.getAttribute(FailedLogin.ATTRIBUTE, FailedLogin.class);
    if (hasher != null && failedLogin != null) {
      failedLogin.equalize(start);
    }
  }
}
