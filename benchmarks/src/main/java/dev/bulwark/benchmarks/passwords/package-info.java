/** Suite {@code passwords}: the figures of spec section P. */
@NullMarked
package dev.bulwark.benchmarks.passwords;

import org.jspecify.annotations.NullMarked;
