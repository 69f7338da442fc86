/**
 * Regular work on keys: keeps the index of users' keys in step with their credentials, removes
 * rotated keys, and announces keys that expire soon.
 */
@NullMarked
package dev.bulwark.apikey.upkeep;

import org.jspecify.annotations.NullMarked;
