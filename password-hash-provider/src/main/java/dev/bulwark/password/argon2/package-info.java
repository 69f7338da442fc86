/**
 * Argon2 (RFC 9106) as a pure function: parameters, password and salt in, hash out, by libargon2 or
 * by BouncyCastle. Nothing here knows Keycloak.
 */
@NullMarked
package dev.bulwark.password.argon2;

import org.jspecify.annotations.NullMarked;
