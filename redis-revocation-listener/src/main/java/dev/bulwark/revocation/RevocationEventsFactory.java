package dev.bulwark.revocation;

import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Hears the events of every realm, whether or not the realm stores them. It is not the listener by
 * which a realm switches revocation on: Keycloak lets no realm list a global one, and a realm that
 * is being switched off has to be heard.
 */
public final class RevocationEventsFactory implements EventListenerProviderFactory {

  /** Id of the listener. */
  public static final String ID = RevocationListenerProviderFactory.ID + "-events";

  private volatile @Nullable RevocationListenerProviderFactory owner;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public boolean isGlobal() {
    return true;
  }

  @Override
  public void init(Config.Scope scope) {
    // The options are those of the owner.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    if (factory.getProviderFactory(
            EventListenerProvider.class, RevocationListenerProviderFactory.ID)
        instanceof RevocationListenerProviderFactory found) {
      owner = found;
    }
  }

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    RevocationListenerProviderFactory listener = owner;
    return new RevocationListenerProvider(session, listener == null ? null : listener.service());
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
