/** Tests of what is computed of the measurements. */
@NullMarked
package dev.bulwark.benchmarks.apikeys;

import org.jspecify.annotations.NullMarked;
