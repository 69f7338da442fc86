/** Statements of JDBC without their boilerplate. */
@NullMarked
package dev.bulwark.sql;

import org.jspecify.annotations.NullMarked;
