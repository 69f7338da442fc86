package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.directgrant.ValidateUsername;
import org.keycloak.models.KeycloakSession;

/** {@code direct-grant-validate-username}, with the limit. */
public final class LimitedGrantUsernameFactory extends ValidateUsername {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.GRANT_NAME.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
