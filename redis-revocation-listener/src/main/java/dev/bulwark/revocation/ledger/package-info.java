/** The ledger of live access tokens and what has been revoked, in Keycloak's database. */
@NullMarked
package dev.bulwark.revocation.ledger;

import org.jspecify.annotations.NullMarked;
