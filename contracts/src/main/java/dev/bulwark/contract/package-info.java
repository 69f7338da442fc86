/** What modules agree on that do not know each other. Names are data formats: never change one. */
@NullMarked
package dev.bulwark.contract;

import org.jspecify.annotations.NullMarked;
