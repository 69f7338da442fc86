package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.saml.profile.ecp.authenticator.HttpBasicAuthenticatorFactory;

/** {@code http-basic-authenticator} (SAML ECP), with the limit. */
public final class LimitedHttpBasicFactory extends HttpBasicAuthenticatorFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.BASIC.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
