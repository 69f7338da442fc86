/** Where attempts come from. */
@NullMarked
package dev.bulwark.limit.address;

import org.jspecify.annotations.NullMarked;
