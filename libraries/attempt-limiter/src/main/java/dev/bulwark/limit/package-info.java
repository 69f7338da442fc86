/**
 * A limit on attempts: sliding windows, in Redis for all nodes and in memory for one. For the
 * modules that limit something, each with windows of its own.
 */
@NullMarked
package dev.bulwark.limit;

import org.jspecify.annotations.NullMarked;
