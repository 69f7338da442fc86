/** The figure of the relying app. */
@NullMarked
package dev.bulwark.benchmarks.relyingapp;

import org.jspecify.annotations.NullMarked;
