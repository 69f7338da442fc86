package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.organization.authentication.authenticators.browser.OrganizationAuthenticatorFactory;

/** {@code organization}, with the limit. */
public final class LimitedOrganizationFactory extends OrganizationAuthenticatorFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.ORGANIZATION.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
