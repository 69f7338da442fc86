/** R9: back-channel logout that is durable and complete. */
@NullMarked
package dev.bulwark.it.logout;

import org.jspecify.annotations.NullMarked;
