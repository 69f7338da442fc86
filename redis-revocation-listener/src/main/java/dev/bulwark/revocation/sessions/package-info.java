/**
 * Hears of sessions that Keycloak removes from its database, in the transaction that removes them.
 */
@NullMarked
package dev.bulwark.revocation.sessions;

import org.jspecify.annotations.NullMarked;
