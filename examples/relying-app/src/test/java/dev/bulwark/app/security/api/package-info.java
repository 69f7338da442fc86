@NullMarked
package dev.bulwark.app.security.api;

import org.jspecify.annotations.NullMarked;
