/** P1–P4, P6, P7 on a real server. */
@NullMarked
package dev.bulwark.it.password;

import org.jspecify.annotations.NullMarked;
