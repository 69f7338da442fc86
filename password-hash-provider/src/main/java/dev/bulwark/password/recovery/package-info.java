/**
 * Keycloak's recovery codes, stored with Argon2 where a realm asks for it: Keycloak itself stores
 * an unsalted SHA-512 of each code of 61 bits, which ASVS 5.0 6.5.2 allows for codes of 112 bits
 * and more only.
 */
@NullMarked
package dev.bulwark.password.recovery;

import org.jspecify.annotations.NullMarked;
