/** From what happens in Keycloak to revocation scopes. */
@NullMarked
package dev.bulwark.revocation.events;

import org.jspecify.annotations.NullMarked;
