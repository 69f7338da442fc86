/**
 * The check of a password at login (spec P10): after the password was right, against the offline
 * list alone. It never fails a login and never waits for a network.
 */
@NullMarked
package dev.bulwark.breached.login;

import org.jspecify.annotations.NullMarked;
