/** What concerns the jar as a whole: its version, the Keycloak below it, updates in steps. */
@NullMarked
package dev.bulwark.bundle;

import org.jspecify.annotations.NullMarked;
