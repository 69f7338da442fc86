/**
 * Passwords of users whose hashes cannot be exported: the application that they come from checks
 * each once.
 */
@NullMarked
package dev.bulwark.legacy;

import org.jspecify.annotations.NullMarked;
