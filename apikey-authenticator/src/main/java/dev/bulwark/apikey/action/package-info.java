/** The required action {@code create-api-key}: the page on which an owner makes a key. */
@NullMarked
package dev.bulwark.apikey.action;

import org.jspecify.annotations.NullMarked;
