/** Lua scripts in Redis, and what to do while it does not answer. */
@NullMarked
package dev.bulwark.limit.script;

import org.jspecify.annotations.NullMarked;
