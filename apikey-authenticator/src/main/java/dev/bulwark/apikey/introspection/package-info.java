/** Standard token introspection (RFC 7662) for key tokens and for raw keys. */
@NullMarked
package dev.bulwark.apikey.introspection;

import org.jspecify.annotations.NullMarked;
