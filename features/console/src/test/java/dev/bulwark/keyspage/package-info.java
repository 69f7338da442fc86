@NullMarked
package dev.bulwark.keyspage;

import org.jspecify.annotations.NullMarked;
