/** Which access token dies by what: pure rules without Keycloak, database or Redis. */
@NullMarked
package dev.bulwark.revocation.rules;

import org.jspecify.annotations.NullMarked;
