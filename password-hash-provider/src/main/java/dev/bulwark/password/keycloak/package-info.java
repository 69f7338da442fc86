/**
 * Keycloak's PBKDF2 hashers, under their own ids, of which each run is timed: users who came with
 * such hashes must not be told by the time of an answer. What is stored does not change.
 */
@NullMarked
package dev.bulwark.password.keycloak;

import org.jspecify.annotations.NullMarked;
