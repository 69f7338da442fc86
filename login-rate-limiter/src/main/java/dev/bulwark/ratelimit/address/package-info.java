/** Where attempts come from. */
@NullMarked
package dev.bulwark.ratelimit.address;

import org.jspecify.annotations.NullMarked;
