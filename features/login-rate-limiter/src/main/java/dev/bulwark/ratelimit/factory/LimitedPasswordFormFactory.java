package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.browser.PasswordFormFactory;
import org.keycloak.models.KeycloakSession;

/** {@code auth-password-form}, with the limit. */
public final class LimitedPasswordFormFactory extends PasswordFormFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.PASSWORD_OF_USER.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
