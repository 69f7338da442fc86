/**
 * Hashes of other applications: reading their text forms ({@link ForeignHash}), what Keycloak
 * stores of them ({@link StoredHash}), and verifying them ({@link PasswordVerifier}). Nothing here
 * knows Keycloak; the converter {@code bulwark-migrate} uses it outside a server.
 */
@NullMarked
package dev.bulwark.password.foreign;

import org.jspecify.annotations.NullMarked;
