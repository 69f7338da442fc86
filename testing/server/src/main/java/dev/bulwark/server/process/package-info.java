/** Programs as child processes: started, waited for until they are ready, and ended. */
@NullMarked
package dev.bulwark.server.process;

import org.jspecify.annotations.NullMarked;
