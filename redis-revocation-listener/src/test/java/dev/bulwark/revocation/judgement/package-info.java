/** A provider of tests that runs in the server: it asks the judge. */
@NullMarked
package dev.bulwark.revocation.judgement;

import org.jspecify.annotations.NullMarked;
