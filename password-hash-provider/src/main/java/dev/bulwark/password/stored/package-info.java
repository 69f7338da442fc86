/**
 * How many passwords are stored under which algorithm: as metrics, and for administrators. It tells
 * how far a migration is.
 */
@NullMarked
package dev.bulwark.password.stored;

import org.jspecify.annotations.NullMarked;
