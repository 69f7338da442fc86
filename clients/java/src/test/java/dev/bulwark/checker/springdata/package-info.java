@NullMarked
package dev.bulwark.checker.springdata;

import org.jspecify.annotations.NullMarked;
