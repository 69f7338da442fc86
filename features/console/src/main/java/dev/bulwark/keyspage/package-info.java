/** The page on which administrators manage the API keys of a realm. */
@NullMarked
package dev.bulwark.keyspage;

import org.jspecify.annotations.NullMarked;
