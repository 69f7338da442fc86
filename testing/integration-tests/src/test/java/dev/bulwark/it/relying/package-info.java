/** J4, O1, R5: the relying app as a process, behind the shared server. */
@NullMarked
package dev.bulwark.it.relying;

import org.jspecify.annotations.NullMarked;
