package dev.bulwark.statuslist;

import dev.bulwark.statuslist.store.IndexOrder;
import dev.bulwark.statuslist.store.RevokedBits;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a signed list (section 5 of the draft). They depend on nothing but the bits and a
 * period of time, so that every node signs the same.
 *
 * @param period seconds that one signature serves at least
 * @param life seconds from {@code iat} to {@code exp}
 */
record ListClaims(long window, long period, long life, long ttl) {

  /**
   * With the life of a list divided in three: two thirds are left when the next one comes. The
   * {@code ttl} is a third at most, so that who asks after it does not find the list expired.
   */
  static ListClaims of(TokenStatusConfig config) {
    long life = config.listLife().toSeconds();
    return new ListClaims(config.window().toSeconds(), life / 3, life, config.ttl().toSeconds());
  }

  /**
   * Returns {@code iat}: the begin of the period up to which the list is complete.
   *
   * @param completeUntil milliseconds since 1970
   */
  long issuedAt(long completeUntil) {
    return Math.floorDiv(Math.floorDiv(completeUntil, 1000L), period) * period;
  }

  /** Returns {@code exp}. */
  long expiresAt(long issuedAt) {
    return issuedAt + life;
  }

  /**
   * Returns how long a cache may keep a list, in seconds: until it is to be asked for again, and
   * not beyond {@code exp}.
   *
   * @param now milliseconds since 1970
   */
  long maxAge(long issuedAt, long now) {
    long left = Math.floorDiv(expiresAt(issuedAt) * 1000L - now, 1000L);
    return Math.max(0, Math.min(ttl, left));
  }

  /**
   * Returns the claims of a JWT.
   *
   * @param uri of the list
   * @param aggregation URI of the list of lists; null if there is none
   */
  Map<String, Object> of(
      RevokedBits bits,
      IndexOrder order,
      String issuer,
      String uri,
      @Nullable String aggregation,
      long issuedAt) {
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("bits", 1);
    list.put(
        "lst",
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(bits.compressed(order, window, issuedAt)));
    if (aggregation != null) {
      list.put("aggregation_uri", aggregation);
    }
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", issuer);
    claims.put("sub", uri);
    claims.put("iat", issuedAt);
    claims.put("exp", expiresAt(issuedAt));
    claims.put("ttl", ttl);
    claims.put("status_list", list);
    return claims;
  }
}
