/**
 * What the tests of several modules share, and no Keycloak, no Redis and no program is needed for.
 */
@NullMarked
package dev.bulwark.testing;

import org.jspecify.annotations.NullMarked;
