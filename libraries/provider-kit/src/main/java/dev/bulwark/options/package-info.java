/**
 * Options of providers. An option is declared once, as an {@link dev.bulwark.options.Option}; its
 * value, its check, its error message and its description come of the declaration.
 */
@NullMarked
package dev.bulwark.options;

import org.jspecify.annotations.NullMarked;
