@NullMarked
package dev.bulwark.statuslist.store;

import org.jspecify.annotations.NullMarked;
