/** What tests and benchmarks need of the limiter's own package. */
@NullMarked
package dev.bulwark.limit;

import org.jspecify.annotations.NullMarked;
