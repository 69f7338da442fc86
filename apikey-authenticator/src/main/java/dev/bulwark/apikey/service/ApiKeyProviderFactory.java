package dev.bulwark.apikey.service;

import org.keycloak.provider.ProviderFactory;

/** Makes an {@link ApiKeyProvider} per session. */
public interface ApiKeyProviderFactory extends ProviderFactory<ApiKeyProvider> {}
