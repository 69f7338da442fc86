/** Tests of what is computed of the measurements. */
@NullMarked
package dev.bulwark.benchmarks.ledger;

import org.jspecify.annotations.NullMarked;
