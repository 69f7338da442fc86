/**
 * Names and hooks that modules share without depending on each other. Names are data formats: never
 * change one.
 */
@NullMarked
package dev.bulwark.contract;

import org.jspecify.annotations.NullMarked;
