/** What databases have in common and where they differ. */
@NullMarked
package dev.bulwark.revocation.sql;

import org.jspecify.annotations.NullMarked;
