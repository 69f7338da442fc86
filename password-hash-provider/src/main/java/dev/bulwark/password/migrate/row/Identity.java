package dev.bulwark.password.migrate.row;

import org.jspecify.annotations.Nullable;

/**
 * An account at an identity provider with which a user logs in.
 *
 * @param provider as the input names it, or its alias in the realm
 * @param id the provider's own id of the account ({@code sub} at Google, {@code id} at GitHub)
 * @param username the account's name, which Keycloak shows; null if unknown
 */
public record Identity(String provider, String id, @Nullable String username) {}
