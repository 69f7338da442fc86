package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.browser.UsernameFormFactory;
import org.keycloak.models.KeycloakSession;

/** {@code auth-username-form}, with the limit. */
public final class LimitedUsernameFormFactory extends UsernameFormFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.NAME_FORM.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
