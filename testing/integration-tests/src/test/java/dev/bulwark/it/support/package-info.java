/** What the tests share: one running system, and small clients of its HTTP interfaces. */
@NullMarked
package dev.bulwark.it.support;

import org.jspecify.annotations.NullMarked;
