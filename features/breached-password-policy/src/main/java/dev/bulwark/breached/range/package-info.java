/** The online look-up: a client of the "Have I Been Pwned" range API. */
@NullMarked
package dev.bulwark.breached.range;

import org.jspecify.annotations.NullMarked;
