package dev.bulwark.apikey.provider;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** The SPI {@code api-key}: holds the options and what all other providers of this module share. */
public final class ApiKeySpi implements Spi {

  @Override
  public boolean isInternal() {
    return true;
  }

  @Override
  public String getName() {
    return "api-key";
  }

  @Override
  public Class<? extends Provider> getProviderClass() {
    return ApiKeyProvider.class;
  }

  @Override
  public Class<? extends ProviderFactory<ApiKeyProvider>> getProviderFactoryClass() {
    return ApiKeyProviderFactory.class;
  }
}
