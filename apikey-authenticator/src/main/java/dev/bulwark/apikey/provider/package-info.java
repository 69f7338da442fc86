/** The SPI of this module: makes managers and verifiers, and owns what they share. */
@NullMarked
package dev.bulwark.apikey.provider;

import org.jspecify.annotations.NullMarked;
