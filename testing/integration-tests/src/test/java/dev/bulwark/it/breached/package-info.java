/** P8, P9: the breached-password policy on a real server. */
@NullMarked
package dev.bulwark.it.breached;

import org.jspecify.annotations.NullMarked;
