/** T1–T3: the second factor, in a browser, at the reset of a password and in the password grant. */
@NullMarked
package dev.bulwark.it.secondfactor;

import org.jspecify.annotations.NullMarked;
