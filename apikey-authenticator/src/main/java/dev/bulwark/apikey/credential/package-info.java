/** The {@code api-key} credential type of users. */
@NullMarked
package dev.bulwark.apikey.credential;

import org.jspecify.annotations.NullMarked;
