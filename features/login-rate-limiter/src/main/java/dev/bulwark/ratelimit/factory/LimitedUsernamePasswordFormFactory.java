package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.browser.UsernamePasswordFormFactory;
import org.keycloak.models.KeycloakSession;

/** {@code auth-username-password-form}, with the limit. */
public final class LimitedUsernamePasswordFormFactory extends UsernamePasswordFormFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.NAME_AND_PASSWORD.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
