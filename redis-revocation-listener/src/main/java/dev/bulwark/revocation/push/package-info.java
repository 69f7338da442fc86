/** Writes the revoked tokens to Redis, and knows what the Redis of each site holds. */
@NullMarked
package dev.bulwark.revocation.push;

import org.jspecify.annotations.NullMarked;
