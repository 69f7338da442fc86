/** Listens for logins, after which their device and address are known. */
@NullMarked
package dev.bulwark.ratelimit.event;

import org.jspecify.annotations.NullMarked;
