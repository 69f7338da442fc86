/** Redis as a projection of the revoked tokens. */
@NullMarked
package dev.bulwark.revocation.push;

import org.jspecify.annotations.NullMarked;
