/** The suite {@code pages}: how soon the pages of API keys show their lists, spec row K11. */
@NullMarked
package dev.bulwark.benchmarks.pages;

import org.jspecify.annotations.NullMarked;
