package dev.bulwark.revocation.ledger;

import org.jspecify.annotations.Nullable;

/**
 * A part of the ledger that is compared at a time: the tokens that expire within a period.
 *
 * @param after its beginning, exclusive, seconds since 1970
 * @param end its end, inclusive, seconds since 1970; null for the last one, which has none
 */
public record Window(long after, @Nullable Long end) {}
