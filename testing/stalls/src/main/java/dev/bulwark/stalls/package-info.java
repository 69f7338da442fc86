/** Threads that stall at random places, to find an order that nothing guarantees. */
@NullMarked
package dev.bulwark.stalls;

import org.jspecify.annotations.NullMarked;
