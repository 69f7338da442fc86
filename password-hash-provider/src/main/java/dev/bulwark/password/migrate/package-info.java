/**
 * The command {@code bulwark-migrate} (spec P5): users of another application become Keycloak's
 * user import.
 */
@NullMarked
package dev.bulwark.password.migrate;

import org.jspecify.annotations.NullMarked;
