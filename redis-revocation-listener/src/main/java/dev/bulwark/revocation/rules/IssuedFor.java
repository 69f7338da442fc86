package dev.bulwark.revocation.rules;

import org.jspecify.annotations.Nullable;

/**
 * Whether a client still has the client id that a token names in {@code azp}. Token introspection
 * looks the client up by that claim, so a renamed client's older tokens are dead.
 */
public final class IssuedFor {

  private IssuedFor() {}

  /**
   * The ledger's form of an {@code azp}.
   *
   * @return null if the token has none
   */
  public static @Nullable Long mark(@Nullable String azp) {
    return azp == null ? null : TextHash.of(azp);
  }

  /**
   * Whether a client is the one that a token names.
   *
   * @param mark of the token; null is unknown, and fits every client
   * @param clientId the client's present client id
   */
  public static boolean fits(@Nullable Long mark, String clientId) {
    return mark == null || mark == TextHash.of(clientId);
  }
}
