/** S1, S2: sessions of the shipped realm, used, listed, ended and attacked. */
@NullMarked
package dev.bulwark.it.session;

import org.jspecify.annotations.NullMarked;
