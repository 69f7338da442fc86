/** The one configured Redis client of the bundle. */
@NullMarked
package dev.bulwark.redis;

import org.jspecify.annotations.NullMarked;
