/**
 * T1–T5: the second factor and passkeys, in a browser, at the reset of a password and in the
 * password grant.
 */
@NullMarked
package dev.bulwark.it.secondfactor;

import org.jspecify.annotations.NullMarked;
