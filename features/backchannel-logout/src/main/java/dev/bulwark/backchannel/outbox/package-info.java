/** Logout notices that wait in Keycloak's database, and the state of their receivers. */
@NullMarked
package dev.bulwark.backchannel.outbox;

import org.jspecify.annotations.NullMarked;
