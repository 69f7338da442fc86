/** What Micrometer publishes about the revocation. */
@NullMarked
package dev.bulwark.revocation.metrics;

import org.jspecify.annotations.NullMarked;
