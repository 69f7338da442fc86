package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LimitedCibaUserResolver;
import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.grants.ciba.resolvers.CIBALoginUserResolver;
import org.keycloak.protocol.oidc.grants.ciba.resolvers.DefaultCIBALoginUserResolverFactory;

/** {@code default-ciba-login-user-resolver}, with the limit. */
public final class LimitedCibaUserResolverFactory extends DefaultCIBALoginUserResolverFactory {

  @Override
  public CIBALoginUserResolver create(KeycloakSession session) {
    return new LimitedCibaUserResolver(super.create(session), session);
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
