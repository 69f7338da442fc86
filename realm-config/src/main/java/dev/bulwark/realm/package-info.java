/** The importable realm, and the guard that refuses one whose placeholders were not filled in. */
@NullMarked
package dev.bulwark.realm;

import org.jspecify.annotations.NullMarked;
