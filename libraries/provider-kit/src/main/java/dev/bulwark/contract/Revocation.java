package dev.bulwark.contract;

import java.time.Duration;

/**
 * Tells where tokens are revoked in Redis, and whether that has everything of a user that has
 * ended. The factory of the event listener {@link #LISTENER} implements it. Thread-safe.
 */
public interface Revocation {

  /** Id of the event listener. A realm that lists it switches revocation on. */
  String LISTENER = "redis-revocation";

  /**
   * Value of the detail {@code reason} of a {@code LOGOUT} event that is about everything of the
   * user, and not about the session alone that it names.
   */
  String REASON = "global_token_revocation";

  /** Tokens are not revoked in Redis. */
  Revocation NONE =
      new Revocation() {
        @Override
        public boolean isOn(String realmId, boolean isListed) {
          return false;
        }

        @Override
        public boolean confirm(String realmId, String userId, Duration limit) {
          return false;
        }
      };

  /**
   * Returns whether every token that the realm issues from now on is in Redis when it has ended.
   * False for half a minute after the realm has switched it on: other nodes may not know of it.
   *
   * @param realmId internal id of the realm
   * @param isListed whether the realm lists the event listener
   */
  boolean isOn(String realmId, boolean isListed);

  /**
   * Puts what is left into Redis, and returns when that has acknowledged it. To be called after the
   * commit of the change that has ended the user's tokens, with a not-before of the user. Tokens
   * that no session carries, such as those of API keys, end by that alone: those issued in its
   * second, or since, are ended here. Never throws.
   *
   * @param realmId internal id of the realm
   * @param userId internal id of the user
   * @param limit how long it may take
   * @return true if each live token of the user that Keycloak no longer accepts has its key in the
   *     Redis; false if that is not so in time, or cannot be known
   */
  boolean confirm(String realmId, String userId, Duration limit);
}
