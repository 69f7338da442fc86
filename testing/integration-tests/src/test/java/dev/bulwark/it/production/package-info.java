/** L4–L6, S1: the server as in production: the shipped realm, HTTPS alone, the log in JSON. */
@NullMarked
package dev.bulwark.it.production;

import org.jspecify.annotations.NullMarked;
