/**
 * Verifies hashes of other applications: a class for each algorithm, all in {@link
 * LegacyVerifiers}.
 */
@NullMarked
package dev.bulwark.password.foreign.verify;

import org.jspecify.annotations.NullMarked;
