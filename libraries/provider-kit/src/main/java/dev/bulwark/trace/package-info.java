/**
 * Spans of the bundle in Keycloak's traces (OpenTelemetry). Other modules use these types alone, so
 * they need no class of OpenTelemetry.
 */
@NullMarked
package dev.bulwark.trace;

import org.jspecify.annotations.NullMarked;
