package dev.bulwark.bundle;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** Internal SPI that gives {@link BundleProviderFactory} a place in Keycloak's life cycle. */
public final class BundleSpi implements Spi {

  @Override
  public boolean isInternal() {
    return true;
  }

  @Override
  public String getName() {
    return "bulwark";
  }

  @Override
  public Class<? extends Provider> getProviderClass() {
    return BundleProvider.class;
  }

  @Override
  public Class<? extends ProviderFactory<?>> getProviderFactoryClass() {
    return BundleProviderFactory.class;
  }
}
