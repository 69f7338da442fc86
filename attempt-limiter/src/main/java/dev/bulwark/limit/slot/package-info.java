/** Slots of attempts: callers that wait for one, and slots that are given back. */
@NullMarked
package dev.bulwark.limit.slot;

import org.jspecify.annotations.NullMarked;
