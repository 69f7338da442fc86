/** Projects every token that Keycloak no longer honours to Redis. */
@NullMarked
package dev.bulwark.revocation;

import org.jspecify.annotations.NullMarked;
