package dev.bulwark.ratelimit;

import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/** The SPI {@code login-rate-limiter}: one limit for every path that tests a secret. */
public final class LoginRateLimiterSpi implements Spi {

  /** Name of the SPI, as in {@code spi-login-rate-limiter--default--address-limit}. */
  public static final String NAME = "login-rate-limiter";

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
    return LoginRateLimiterProvider.class;
  }

  @Override
  public Class<? extends ProviderFactory<?>> getProviderFactoryClass() {
    return LoginRateLimiterProviderFactory.class;
  }
}
