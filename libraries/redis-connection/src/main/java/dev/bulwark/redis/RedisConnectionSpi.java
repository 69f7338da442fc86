package dev.bulwark.redis;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** The SPI {@code redis-connection}: one configured Redis client for every part of the bundle. */
public final class RedisConnectionSpi implements Spi {

  /** Name of the SPI, as in {@code spi-redis-connection--default--url}. */
  public static final String NAME = "redis-connection";

  @Override
  public boolean isInternal() {
    return true;
  }

  @Override
  public String getName() {
    return NAME;
  }

  @Override
  public Class<? extends Provider> getProviderClass() {
    return RedisConnectionProvider.class;
  }

  @Override
  public Class<? extends ProviderFactory<?>> getProviderFactoryClass() {
    return RedisConnectionProviderFactory.class;
  }
}
