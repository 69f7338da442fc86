/** Asks Keycloak whether it still accepts a token. */
@NullMarked
package dev.bulwark.revocation.verify;

import org.jspecify.annotations.NullMarked;
