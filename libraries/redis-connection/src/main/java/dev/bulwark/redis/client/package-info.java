/**
 * The client as a provider of Keycloak: it probes Redis, passes commands on, and reports its state.
 */
@NullMarked
package dev.bulwark.redis.client;

import org.jspecify.annotations.NullMarked;
