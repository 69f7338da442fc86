/** Keeps the index of users' keys in step with their credentials. */
@NullMarked
package dev.bulwark.apikey.upkeep;

import org.jspecify.annotations.NullMarked;
