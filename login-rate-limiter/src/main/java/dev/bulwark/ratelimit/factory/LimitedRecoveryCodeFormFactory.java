package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LimitedSteps;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.browser.RecoveryAuthnCodesFormAuthenticatorFactory;
import org.keycloak.models.KeycloakSession;

/** {@code auth-recovery-authn-code-form}, with the limit. */
public final class LimitedRecoveryCodeFormFactory
    extends RecoveryAuthnCodesFormAuthenticatorFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LimitedSteps.code(super.create(session));
  }

  @Override
  public int order() {
    return LimitedSteps.ORDER;
  }
}
