package dev.bulwark.checker;

import org.jspecify.annotations.Nullable;

/**
 * What Redis answered.
 *
 * @param revoked whether the token is among the revoked; true is true, however old the rest is
 * @param completeUntil up to when the revocations in Redis are complete, milliseconds since 1970;
 *     {@link #NEVER} if Redis does not say
 * @param since from when on Keycloak knows every token, milliseconds since 1970: of an older one a
 *     revocation can be missing
 */
record RedisAnswer(boolean revoked, long completeUntil, long since) {

  static final long NEVER = Long.MIN_VALUE;

  /** Of a Redis that says nothing about older tokens. */
  RedisAnswer(boolean revoked, long completeUntil) {
    this(revoked, completeUntil, NEVER);
  }

  /** The number in the watermark's key; {@link #NEVER} if there is none. */
  static long completeUntil(@Nullable String text) {
    if (text == null) {
      return NEVER;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      // Written by somebody else: says nothing.
      return NEVER;
    }
  }
}
