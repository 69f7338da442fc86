/** What follows from the removal of sessions from Keycloak's database. */
@NullMarked
package dev.bulwark.revocation.sessions;

import org.jspecify.annotations.NullMarked;
