/** The pages. */
@NullMarked
package dev.bulwark.app.web;

import org.jspecify.annotations.NullMarked;
