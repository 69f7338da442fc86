/** The command {@code bulwark-realm}: compares a running realm with its file. No Keycloak types. */
@NullMarked
package dev.bulwark.realm.diff;

import org.jspecify.annotations.NullMarked;
