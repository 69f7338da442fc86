@NullMarked
package dev.bulwark.checker.jedis;

import org.jspecify.annotations.NullMarked;
