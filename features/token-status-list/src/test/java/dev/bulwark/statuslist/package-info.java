@NullMarked
package dev.bulwark.statuslist;

import org.jspecify.annotations.NullMarked;
