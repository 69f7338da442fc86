/** Reads and writes the text forms in which other applications keep hashes. */
@NullMarked
package dev.bulwark.password.foreign.text;

import org.jspecify.annotations.NullMarked;
