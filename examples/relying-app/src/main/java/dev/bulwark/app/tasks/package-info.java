/** The tasks and where they are kept. */
@NullMarked
package dev.bulwark.app.tasks;

import org.jspecify.annotations.NullMarked;
