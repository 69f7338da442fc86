/** For Spring Security's resource server. */
@NullMarked
package dev.bulwark.checker.spring;

import org.jspecify.annotations.NullMarked;
