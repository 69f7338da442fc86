/**
 * Failed logins take as long as each other, so that the time of an answer does not tell who has an
 * account.
 */
@NullMarked
package dev.bulwark.password.timing;

import org.jspecify.annotations.NullMarked;
