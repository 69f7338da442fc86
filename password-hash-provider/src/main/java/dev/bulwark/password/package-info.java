/** Native Argon2 for new passwords, and verifiers for the hashes of other applications. */
@NullMarked
package dev.bulwark.password;

import org.jspecify.annotations.NullMarked;
