/** Starts a real Keycloak with the bundle. */
@NullMarked
package dev.bulwark.server;

import org.jspecify.annotations.NullMarked;
