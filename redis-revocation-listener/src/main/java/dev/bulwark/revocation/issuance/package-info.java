/**
 * Ids of tokens that are reserved in the database before they are used, so that the ledger can be
 * written behind the response: {@link dev.bulwark.revocation.issuance.ReservedIds}.
 */
@NullMarked
package dev.bulwark.revocation.issuance;

import org.jspecify.annotations.NullMarked;
