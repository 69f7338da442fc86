/** Checks of the theme files that need no server. */
@NullMarked
package dev.bulwark.themes;

import org.jspecify.annotations.NullMarked;
