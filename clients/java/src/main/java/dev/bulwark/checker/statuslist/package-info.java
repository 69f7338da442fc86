/** Checks tokens by Keycloak's Token Status Lists, for applications that do not reach Redis. */
@NullMarked
package dev.bulwark.checker.statuslist;

import org.jspecify.annotations.NullMarked;
