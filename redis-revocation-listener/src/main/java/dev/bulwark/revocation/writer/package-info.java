/** Writes issued tokens to the ledger: many rows with one commit, again after a failover. */
@NullMarked
package dev.bulwark.revocation.writer;

import org.jspecify.annotations.NullMarked;
