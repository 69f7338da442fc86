package dev.bulwark.backchannel.signals;

import dev.bulwark.backchannel.outbox.NoticeClock;
import dev.bulwark.contract.KeycloakFeature;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.common.Profile;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.EnvironmentDependentProviderFactory;

/** Event listener of every realm, where Keycloak's feature {@code ssf} is on. */
public final class LogoutEventListenerFactory
    implements EventListenerProviderFactory, EnvironmentDependentProviderFactory {

  private @Nullable SharedSignals signals;
  private @Nullable NoticeClock clock;

  @Override
  public String getId() {
    return "bulwark-shared-signals";
  }

  @Override
  public boolean isSupported(Config.Scope scope) {
    return KeycloakFeature.SHARED_SIGNALS.isPresent()
        && Profile.isFeatureEnabled(Profile.Feature.SSF);
  }

  @Override
  public boolean isGlobal() {
    return true;
  }

  @Override
  public void init(Config.Scope scope) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    signals = SharedSignals.of(factory);
    clock = NoticeClock.of(factory);
  }

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    if (signals == null || clock == null) {
      throw new IllegalStateException("postInit() has not run");
    }
    return new LogoutEventListener(session, signals, clock);
  }

  @Override
  public void close() {}
}
