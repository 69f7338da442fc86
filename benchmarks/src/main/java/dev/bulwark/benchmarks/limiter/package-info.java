/** The suite {@code limiter}: what the limit on login attempts costs, spec row L1. */
@NullMarked
package dev.bulwark.benchmarks.limiter;

import org.jspecify.annotations.NullMarked;
