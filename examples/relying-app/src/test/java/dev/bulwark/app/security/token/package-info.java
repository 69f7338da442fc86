@NullMarked
package dev.bulwark.app.security.token;

import org.jspecify.annotations.NullMarked;
