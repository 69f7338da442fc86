/** Event listener {@code bulwark-event-log}: a line of JSON for each event. */
@NullMarked
package dev.bulwark.events.log;

import org.jspecify.annotations.NullMarked;
