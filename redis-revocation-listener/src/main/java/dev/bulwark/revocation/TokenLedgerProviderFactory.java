package dev.bulwark.revocation;

import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorFactory;
import org.keycloak.provider.ProviderFactory;

/** Enters every issued access token in the ledger. Owns nothing: the listener's factory does. */
public final class TokenLedgerProviderFactory implements TokenPostProcessorFactory {

  /** Id of the post-processor. */
  public static final String ID = "revocation-ledger";

  private volatile @Nullable RevocationListenerProviderFactory owner;

  @Override
  public String getId() {
    return ID;
  }

  /** After all others, which may change the token. */
  @Override
  public int order() {
    return Integer.MIN_VALUE;
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    ProviderFactory<?> listener =
        factory.getProviderFactory(
            EventListenerProvider.class, RevocationListenerProviderFactory.ID);
    if (listener instanceof RevocationListenerProviderFactory found) {
      owner = found;
    }
  }

  @Override
  public TokenPostProcessor create(KeycloakSession session) {
    RevocationListenerProviderFactory listener = owner;
    return new TokenLedgerProvider(session, listener == null ? null : listener.service());
  }
}
