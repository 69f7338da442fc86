/** The tables in which events wait, written in the transaction of the event. */
@NullMarked
package dev.bulwark.events.outbox;

import org.jspecify.annotations.NullMarked;
