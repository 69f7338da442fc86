/**
 * R3: whatever fails and comes back, in the end a token is at {@code revoked:{jti}} if and only if
 * introspection says that it is inactive.
 */
package dev.bulwark.it.faults;
