/** Pages: login, session, logout, headers. */
@NullMarked
package dev.bulwark.app.security.login;

import org.jspecify.annotations.NullMarked;
