/**
 * Requests that may be sent again: one {@code Idempotency-Key} makes one key, and has one answer.
 */
@NullMarked
package dev.bulwark.apikey.rest.idempotency;

import org.jspecify.annotations.NullMarked;
