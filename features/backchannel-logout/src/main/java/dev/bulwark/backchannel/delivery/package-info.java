/** Sends logout tokens to the back-channel logout URLs of clients. */
@NullMarked
package dev.bulwark.backchannel.delivery;

import org.jspecify.annotations.NullMarked;
