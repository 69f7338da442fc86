package dev.bulwark.revocation;

import dev.bulwark.contract.ListedIds;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorFactory;
import org.keycloak.provider.ProviderFactory;

/** Enters every issued access token in the ledger. Owns nothing: the listener's factory does. */
public final class TokenLedgerProviderFactory implements TokenPostProcessorFactory, ListedIds {

  /** Id of the post-processor. */
  public static final String ID = ListedIds.POST_PROCESSOR;

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
  public Optional<ListedId> take(String jti, String realmId, long windowEnd, long expiresAt) {
    RevocationListenerProviderFactory listener = owner;
    RevocationService running = listener == null ? null : listener.service();
    return running == null
        ? Optional.empty()
        : Optional.ofNullable(running.issuance().reserveListed(jti, realmId, windowEnd, expiresAt));
  }

  @Override
  public TokenPostProcessor create(KeycloakSession session) {
    RevocationListenerProviderFactory listener = owner;
    return new TokenLedgerProvider(session, listener == null ? null : listener.service());
  }
}
