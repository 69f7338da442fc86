/** The password policy {@code breachedPassword}: passwords known from data breaches are refused. */
@NullMarked
package dev.bulwark.breached;

import org.jspecify.annotations.NullMarked;
