/** B2: the realm in CI, as docs/ci.md says. */
@NullMarked
package dev.bulwark.it.importing;

import org.jspecify.annotations.NullMarked;
