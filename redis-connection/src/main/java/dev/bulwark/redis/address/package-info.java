/** Where attempts come from. */
@NullMarked
package dev.bulwark.redis.address;

import org.jspecify.annotations.NullMarked;
