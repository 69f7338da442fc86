/**
 * Starts a real Keycloak with the bundle: unpacked from its own distribution, in a container, or
 * one that already runs.
 *
 * <p>The development run ({@link dev.bulwark.server.development.DevelopmentRun}) and every
 * integration test use it.
 */
@NullMarked
package dev.bulwark.server;

import org.jspecify.annotations.NullMarked;
