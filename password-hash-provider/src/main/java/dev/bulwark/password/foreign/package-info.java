/**
 * Hashes of other applications as Keycloak stores them ({@link StoredHash}), and the limits on
 * their cost. Package {@code verify} verifies them, {@code text} reads and writes their text forms.
 * Nothing here knows Keycloak; the converter {@code bulwark-migrate} uses it outside a server.
 */
@NullMarked
package dev.bulwark.password.foreign;

import org.jspecify.annotations.NullMarked;
