/** For apps on the Servlet API. */
@NullMarked
package dev.bulwark.checker.servlet;

import org.jspecify.annotations.NullMarked;
