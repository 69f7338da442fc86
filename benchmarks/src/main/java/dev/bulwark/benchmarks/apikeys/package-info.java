/** The suite {@code apikeys}: spec section K. */
@NullMarked
package dev.bulwark.benchmarks.apikeys;

import org.jspecify.annotations.NullMarked;
