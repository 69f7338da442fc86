/**
 * What the token ledger costs under conditions as in production: a database that flushes to disk,
 * many sessions, a full ledger.
 */
@NullMarked
package dev.bulwark.benchmarks.ledger;

import org.jspecify.annotations.NullMarked;
