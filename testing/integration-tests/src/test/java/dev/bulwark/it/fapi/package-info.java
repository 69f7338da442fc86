/** The example of docs/fapi-2.md, with a client of its own. */
@NullMarked
package dev.bulwark.it.fapi;

import org.jspecify.annotations.NullMarked;
