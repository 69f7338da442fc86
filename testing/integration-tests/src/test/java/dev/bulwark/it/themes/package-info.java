/** B5: the themes in a real browser, and the mails they make. */
@NullMarked
package dev.bulwark.it.themes;

import org.jspecify.annotations.NullMarked;
