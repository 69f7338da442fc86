/** A small application behind Keycloak, to copy from. */
@NullMarked
package dev.bulwark.app;

import org.jspecify.annotations.NullMarked;
