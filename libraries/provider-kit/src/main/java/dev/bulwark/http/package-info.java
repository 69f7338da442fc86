/** Requests to other services. */
@NullMarked
package dev.bulwark.http;

import org.jspecify.annotations.NullMarked;
