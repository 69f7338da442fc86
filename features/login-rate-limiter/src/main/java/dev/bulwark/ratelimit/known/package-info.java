/**
 * Devices and addresses from which a user has logged in before: strangers at the user's name do not
 * use up their attempts.
 */
@NullMarked
package dev.bulwark.ratelimit.known;

import org.jspecify.annotations.NullMarked;
