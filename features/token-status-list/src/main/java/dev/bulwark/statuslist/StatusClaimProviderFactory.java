package dev.bulwark.statuslist;

import dev.bulwark.contract.KeycloakFeature;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorFactory;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.services.resource.RealmResourceProvider;

/** Adds the claim {@code status}. Owns nothing: the endpoint's factory does. */
public final class StatusClaimProviderFactory
    implements TokenPostProcessorFactory, EnvironmentDependentProviderFactory {

  private volatile @Nullable TokenStatusProviderFactory owner;

  @Override
  public String getId() {
    return "token-status-claim";
  }

  @Override
  public boolean isSupported(Config.Scope scope) {
    return KeycloakFeature.TOKEN_LEDGER.isPresent();
  }

  /**
   * After all others but the ledger: the claim gives the token another id. If the ledger ran first,
   * it would write down an id that no application ever sees, and a logout would revoke nothing.
   */
  @Override
  public int order() {
    return Integer.MIN_VALUE + 1;
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    if (factory.getProviderFactory(RealmResourceProvider.class, TokenStatusProviderFactory.ID)
        instanceof TokenStatusProviderFactory found) {
      owner = found;
    }
  }

  @Override
  public TokenPostProcessor create(KeycloakSession session) {
    TokenStatusProviderFactory endpoint = owner;
    return new StatusClaimProvider(
        session, endpoint == null || !endpoint.isOn(session) ? null : endpoint.status());
  }
}
