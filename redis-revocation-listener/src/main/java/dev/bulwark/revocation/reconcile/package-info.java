/** Finds the tokens that died without an event, and those of realms in doubt. */
@NullMarked
package dev.bulwark.revocation.reconcile;

import org.jspecify.annotations.NullMarked;
