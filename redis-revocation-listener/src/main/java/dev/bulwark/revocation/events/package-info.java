/** From what happens in Keycloak to revocation endings. */
@NullMarked
package dev.bulwark.revocation.events;

import org.jspecify.annotations.NullMarked;
