/**
 * The lists in the database: the places that are leased for tokens, and the bits of revoked tokens.
 */
@NullMarked
package dev.bulwark.statuslist.store;

import org.jspecify.annotations.NullMarked;
