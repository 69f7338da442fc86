package dev.bulwark.checker;

import org.jspecify.annotations.Nullable;

/**
 * What Redis answered.
 *
 * @param revoked whether the token is among the revoked; true is true, however old the rest is
 * @param heartbeat up to when Redis has the revocations of realms that are not held, milliseconds
 *     since 1970; {@link #NEVER} if it does not say
 * @param completeUntil up to when Redis has the revocations that concern the token, milliseconds
 *     since 1970; {@link #NEVER} if it does not say
 * @param since from when on Keycloak knows every token of the realm, milliseconds since 1970: of an
 *     older one a revocation can be missing
 */
record RedisAnswer(boolean revoked, long heartbeat, long completeUntil, long since) {

  static final long NEVER = Long.MIN_VALUE;

  /** Of a realm that is not held, and whose tokens Keycloak has always known. */
  RedisAnswer(boolean revoked, long heartbeat) {
    this(revoked, heartbeat, heartbeat, NEVER);
  }

  /**
   * Makes the answer about a token.
   *
   * @param state of the token's realm; null if there is none
   */
  static RedisAnswer of(String jti, boolean revoked, long heartbeat, @Nullable RealmState state) {
    return state == null || state.doubtful().contains(jti)
        ? new RedisAnswer(revoked, heartbeat, NEVER, NEVER)
        : new RedisAnswer(revoked, heartbeat, Math.min(heartbeat, state.held()), state.since());
  }

  /** The number in a key of Keycloak's; {@link #NEVER} if there is none. */
  static long time(@Nullable String text) {
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
