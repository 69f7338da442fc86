/** Stored credentials that another transaction may change meanwhile. */
@NullMarked
package dev.bulwark.credential;

import org.jspecify.annotations.NullMarked;
