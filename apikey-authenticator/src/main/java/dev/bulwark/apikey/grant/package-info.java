/** The token grant and the guard that keeps key tokens out of the Admin and Account API. */
@NullMarked
package dev.bulwark.apikey.grant;

import org.jspecify.annotations.NullMarked;
