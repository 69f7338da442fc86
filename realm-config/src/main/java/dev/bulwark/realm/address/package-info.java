/** The proof of e-mail addresses by the mail that resets a password (O2, T4). */
@NullMarked
package dev.bulwark.realm.address;

import org.jspecify.annotations.NullMarked;
