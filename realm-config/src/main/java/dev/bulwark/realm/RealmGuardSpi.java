package dev.bulwark.realm;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** Internal SPI that gives {@link RealmGuardProviderFactory} a place in Keycloak's life cycle. */
public final class RealmGuardSpi implements Spi {

  @Override
  public boolean isInternal() {
    return true;
  }

  @Override
  public String getName() {
    return "realm-guard";
  }

  @Override
  public Class<? extends Provider> getProviderClass() {
    return RealmGuardProvider.class;
  }

  @Override
  public Class<? extends ProviderFactory<?>> getProviderFactoryClass() {
    return RealmGuardProviderFactory.class;
  }
}
