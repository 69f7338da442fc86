/** Switches parts of the bundle on in a realm, and takes the bundle out of realms. */
@NullMarked
package dev.bulwark.realm.parts;

import org.jspecify.annotations.NullMarked;
