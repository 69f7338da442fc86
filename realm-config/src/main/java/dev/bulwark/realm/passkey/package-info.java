/** The invitation to create a passkey, after a login with a password (spec T4). */
@NullMarked
package dev.bulwark.realm.passkey;

import org.jspecify.annotations.NullMarked;
