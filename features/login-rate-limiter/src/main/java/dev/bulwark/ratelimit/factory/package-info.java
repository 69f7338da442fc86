/**
 * Factories that take the place of Keycloak's own by id, so that every flow, those made before the
 * bundle came too, has the limit without a change to it. Each inherits everything but what it
 * makes.
 */
@NullMarked
package dev.bulwark.ratelimit.factory;

import org.jspecify.annotations.NullMarked;
