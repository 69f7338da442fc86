/** The figures of spec section R: what the ledger costs, and how fast revocations arrive. */
@NullMarked
package dev.bulwark.benchmarks.revocation;

import org.jspecify.annotations.NullMarked;
