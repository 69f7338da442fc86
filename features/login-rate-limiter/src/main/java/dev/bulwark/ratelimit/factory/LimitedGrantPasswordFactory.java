package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.directgrant.ValidatePassword;
import org.keycloak.models.KeycloakSession;

/** {@code direct-grant-validate-password}, with the limit. */
public final class LimitedGrantPasswordFactory extends ValidatePassword {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.GRANT_PASSWORD.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
