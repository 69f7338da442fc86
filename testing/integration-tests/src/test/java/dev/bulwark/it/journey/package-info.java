/** One way through all parts, with everything real. */
@NullMarked
package dev.bulwark.it.journey;

import org.jspecify.annotations.NullMarked;
