package dev.bulwark.realm;

import org.keycloak.provider.Provider;

/**
 * Marker of the internal SPI {@code realm-guard}: its factory does the work, no session ever asks
 * for a provider.
 */
public interface RealmGuardProvider extends Provider {}
