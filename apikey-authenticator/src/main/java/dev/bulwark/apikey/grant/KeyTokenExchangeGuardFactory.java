package dev.bulwark.apikey.grant;

import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorFactory;

/** Registers {@link KeyTokenExchangeGuard}, before processors that record tokens. */
public final class KeyTokenExchangeGuardFactory implements TokenPostProcessorFactory {

  @Override
  public TokenPostProcessor create(KeycloakSession session) {
    return new KeyTokenExchangeGuard(session);
  }

  @Override
  public String getId() {
    return "api-key-exchange-guard";
  }

  @Override
  public int order() {
    return 1_000;
  }
}
