package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.broker.IdpUsernamePasswordFormFactory;
import org.keycloak.models.KeycloakSession;

/** {@code idp-username-password-form}, with the limit. */
public final class LimitedIdpUsernamePasswordFormFactory extends IdpUsernamePasswordFormFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.NAME_AND_PASSWORD.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
