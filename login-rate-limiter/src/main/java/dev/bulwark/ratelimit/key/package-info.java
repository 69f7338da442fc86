/** The names under which attempts are counted. */
@NullMarked
package dev.bulwark.ratelimit.key;

import org.jspecify.annotations.NullMarked;
