/** The windows in which attempts are counted: in Redis for all nodes, in memory for one. */
@NullMarked
package dev.bulwark.ratelimit.window;

import org.jspecify.annotations.NullMarked;
