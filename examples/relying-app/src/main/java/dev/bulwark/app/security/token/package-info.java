/** Checks tokens: keys of the realm, kind, issuer, audience, revocation. */
@NullMarked
package dev.bulwark.app.security.token;

import org.jspecify.annotations.NullMarked;
