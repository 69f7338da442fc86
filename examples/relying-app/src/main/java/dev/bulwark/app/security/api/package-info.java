/** Calls of the API: tokens, keys at the gateway, bound tokens, scopes. */
@NullMarked
package dev.bulwark.app.security.api;

import org.jspecify.annotations.NullMarked;
