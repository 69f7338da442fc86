/** Ends of sessions as security events of Keycloak's Shared Signals transmitter. */
@NullMarked
package dev.bulwark.backchannel.signals;

import org.jspecify.annotations.NullMarked;
