/** Event listener {@code bulwark-webhook}: each event to an HTTPS endpoint, at least once. */
@NullMarked
package dev.bulwark.events.webhook;

import org.jspecify.annotations.NullMarked;
