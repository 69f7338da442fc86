/** The work behind the listener: expanding scopes, pushing, cleaning up. */
@NullMarked
package dev.bulwark.revocation.worker;

import org.jspecify.annotations.NullMarked;
