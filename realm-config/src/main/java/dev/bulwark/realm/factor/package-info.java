/** Decides which users of a realm must have a second factor (T3). */
@NullMarked
package dev.bulwark.realm.factor;

import org.jspecify.annotations.NullMarked;
