package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.browser.OTPFormAuthenticatorFactory;
import org.keycloak.models.KeycloakSession;

/** {@code auth-otp-form}, with the limit. */
public final class LimitedOtpFormFactory extends OTPFormAuthenticatorFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.CODE_OF_USER.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
