/** Keycloak's brute-force detection beside the limiter: it counts strangers only. */
@NullMarked
package dev.bulwark.ratelimit.lockout;

import org.jspecify.annotations.NullMarked;
