/** The REST resource by which administrators see refused attempts and lift a limit. */
@NullMarked
package dev.bulwark.ratelimit.admin;

import org.jspecify.annotations.NullMarked;
