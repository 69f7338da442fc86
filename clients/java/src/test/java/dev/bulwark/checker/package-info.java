@NullMarked
package dev.bulwark.checker;

import org.jspecify.annotations.NullMarked;
