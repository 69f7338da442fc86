package dev.bulwark.apikey.key.limit;

/** How long a token that is exchanged for a key lives. */
public final class TokenLifetime {

  private TokenLifetime() {}

  /**
   * The {@code exp} claim: never later than the client's own, the longest life of key tokens, or
   * the second in which the key ends.
   *
   * @param issuedAt epoch seconds
   * @param exp what the server would issue, epoch seconds; 0 or less means no limit
   * @param maxSeconds longest life of a key token
   * @param keyEndMillis epoch milliseconds at which the key ends, or {@link Long#MAX_VALUE}
   */
  public static long expiry(long issuedAt, long exp, int maxSeconds, long keyEndMillis) {
    long limit = issuedAt + maxSeconds;
    if (exp > 0) {
      limit = Math.min(limit, exp);
    }
    return Math.min(limit, Math.floorDiv(keyEndMillis, 1000L));
  }
}
