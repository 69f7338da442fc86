/** Back-channel logout of OpenID Connect that no failure of a receiver or of Keycloak loses. */
@NullMarked
package dev.bulwark.backchannel;

import org.jspecify.annotations.NullMarked;
