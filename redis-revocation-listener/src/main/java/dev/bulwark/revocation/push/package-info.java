/** Writes the revoked tokens to Redis, and knows what Redis holds. */
@NullMarked
package dev.bulwark.revocation.push;

import org.jspecify.annotations.NullMarked;
