/**
 * The offline index: SHA-1 hashes in one sorted, memory-mapped file, and the command that builds
 * it.
 */
@NullMarked
package dev.bulwark.breached.index;

import org.jspecify.annotations.NullMarked;
