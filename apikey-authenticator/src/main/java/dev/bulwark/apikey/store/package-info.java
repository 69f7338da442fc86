/** The index table: SHA-256 of a key to its owner, and the usage counters. */
@NullMarked
package dev.bulwark.apikey.store;

import org.jspecify.annotations.NullMarked;
