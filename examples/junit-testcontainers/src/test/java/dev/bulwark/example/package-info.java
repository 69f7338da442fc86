/** An application's test against the realm in containers: to be copied. */
@NullMarked
package dev.bulwark.example;

import org.jspecify.annotations.NullMarked;
