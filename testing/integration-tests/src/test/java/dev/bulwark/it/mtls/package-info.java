/** L7: clients that authenticate with a certificate, and tokens that are bound to it. */
@NullMarked
package dev.bulwark.it.mtls;

import org.jspecify.annotations.NullMarked;
