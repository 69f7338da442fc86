/** Rows of the input: readers for CSV and JSON lines, and what a row says of a user. */
@NullMarked
package dev.bulwark.password.migrate.row;

import org.jspecify.annotations.NullMarked;
