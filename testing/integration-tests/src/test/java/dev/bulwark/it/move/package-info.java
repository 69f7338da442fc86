/** The guide for moving an application, followed to its end. */
@NullMarked
package dev.bulwark.it.move;

import org.jspecify.annotations.NullMarked;
