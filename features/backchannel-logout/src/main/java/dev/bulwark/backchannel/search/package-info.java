/** Finds sessions that are over but still in Keycloak's database. */
@NullMarked
package dev.bulwark.backchannel.search;

import org.jspecify.annotations.NullMarked;
