/** Client authenticators that test a secret, with the limit on wrong ones. */
@NullMarked
package dev.bulwark.ratelimit.client;

import org.jspecify.annotations.NullMarked;
