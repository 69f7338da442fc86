/** What all suites share: the command, child processes, JMH runs, the table. */
@NullMarked
package dev.bulwark.benchmarks;

import org.jspecify.annotations.NullMarked;
