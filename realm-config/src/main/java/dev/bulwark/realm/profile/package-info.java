/** What the user profile of the shipped realm asks for. */
@NullMarked
package dev.bulwark.realm.profile;

import org.jspecify.annotations.NullMarked;
