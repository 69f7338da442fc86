@NullMarked
package dev.bulwark.checker.statuslist;

import org.jspecify.annotations.NullMarked;
