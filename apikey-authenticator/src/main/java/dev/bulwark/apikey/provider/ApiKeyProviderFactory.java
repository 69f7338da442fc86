package dev.bulwark.apikey.provider;

import org.keycloak.provider.ProviderFactory;

/** Makes an {@link ApiKeyProvider} per session. */
public interface ApiKeyProviderFactory extends ProviderFactory<ApiKeyProvider> {}
