/**
 * Keys for clients that speak only Keycloak's own grants: an authenticator for the password grant,
 * and one that authenticates a client by a key of its own.
 */
@NullMarked
package dev.bulwark.apikey.authenticator;

import org.jspecify.annotations.NullMarked;
