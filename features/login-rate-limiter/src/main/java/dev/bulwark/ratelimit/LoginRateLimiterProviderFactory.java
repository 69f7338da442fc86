package dev.bulwark.ratelimit;

import org.keycloak.provider.ProviderFactory;

/** Makes the limiter of a session. */
public interface LoginRateLimiterProviderFactory
    extends ProviderFactory<LoginRateLimiterProvider> {}
