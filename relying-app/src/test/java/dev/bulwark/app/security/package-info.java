@NullMarked
package dev.bulwark.app.security;

import org.jspecify.annotations.NullMarked;
