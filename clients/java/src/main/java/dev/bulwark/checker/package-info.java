/** Tells a relying app in one round trip to Redis whether a token has been revoked. */
@NullMarked
package dev.bulwark.checker;

import org.jspecify.annotations.NullMarked;
