/** A program that the agent changes. */
@NullMarked
package dev.bulwark.sample;

import org.jspecify.annotations.NullMarked;
