/** The command {@code bulwark-apikeys}; an executable jar of its own, not in the bundle. */
@NullMarked
package dev.bulwark.apikey.command;

import org.jspecify.annotations.NullMarked;
