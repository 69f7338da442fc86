/** Tells features of each session that Keycloak removes from its database. */
@NullMarked
package dev.bulwark.removal;

import org.jspecify.annotations.NullMarked;
