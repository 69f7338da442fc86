/** Events of Keycloak as plain values. */
@NullMarked
package dev.bulwark.events.record;

import org.jspecify.annotations.NullMarked;
