package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.directgrant.ValidateOTP;
import org.keycloak.models.KeycloakSession;

/** {@code direct-grant-validate-otp}, with the limit. */
public final class LimitedGrantOtpFactory extends ValidateOTP {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.GRANT_CODE.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
