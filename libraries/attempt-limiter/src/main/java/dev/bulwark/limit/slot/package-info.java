/** Slots of attempts that are given back. */
@NullMarked
package dev.bulwark.limit.slot;

import org.jspecify.annotations.NullMarked;
