@NullMarked
package dev.bulwark.benchmarks;

import org.jspecify.annotations.NullMarked;
