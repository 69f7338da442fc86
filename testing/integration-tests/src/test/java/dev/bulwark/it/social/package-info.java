/**
 * O2: logins with Google and GitHub, whose wire formats stand-ins on this machine speak to
 * Keycloak's own brokers.
 */
@NullMarked
package dev.bulwark.it.social;

import org.jspecify.annotations.NullMarked;
