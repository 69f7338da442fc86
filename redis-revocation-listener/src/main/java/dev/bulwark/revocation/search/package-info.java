/** Finds the issued tokens that an ending ends, and revokes them. */
@NullMarked
package dev.bulwark.revocation.search;

import org.jspecify.annotations.NullMarked;
