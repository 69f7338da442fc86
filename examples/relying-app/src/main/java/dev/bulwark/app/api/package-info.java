/** The REST API. */
@NullMarked
package dev.bulwark.app.api;

import org.jspecify.annotations.NullMarked;
