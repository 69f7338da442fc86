/**
 * Login attempts limited by address and by account, across all nodes: the SPI, its options and its
 * metrics.
 */
@NullMarked
package dev.bulwark.ratelimit;

import org.jspecify.annotations.NullMarked;
