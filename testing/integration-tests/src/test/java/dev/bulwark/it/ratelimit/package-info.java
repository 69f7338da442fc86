/** L1: the limit on login attempts. */
@NullMarked
package dev.bulwark.it.ratelimit;

import org.jspecify.annotations.NullMarked;
