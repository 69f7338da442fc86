/**
 * What one node does round after round: applies endings again, pushes what Redis lacks, says when
 * Redis is complete, deletes what has expired.
 */
@NullMarked
package dev.bulwark.revocation.worker;

import org.jspecify.annotations.NullMarked;
