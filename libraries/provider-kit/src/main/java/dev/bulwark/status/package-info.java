/** How the parts of the bundle are, for health checks and for the page of administrators. */
@NullMarked
package dev.bulwark.status;

import org.jspecify.annotations.NullMarked;
