/** Who may do what: login, sessions, tokens, logout, headers. */
@NullMarked
package dev.bulwark.app.security;

import org.jspecify.annotations.NullMarked;
