package dev.bulwark.globalrevocation;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the JWT of an issuer must be like that asks for a revocation. It is good for one request
 * within {@value #MAX_AGE_SECONDS} seconds.
 *
 * @param endpoint the URL of this endpoint, the only audience
 * @param now seconds since 1970
 */
record SignedRequestRules(String endpoint, long now) {

  /** The header {@code typ}, so that no other token of the issuer passes for one. */
  static final String TYPE = "global-token-revocation+jwt";

  static final int MAX_AGE_SECONDS = 300;
  static final int CLOCK_SKEW_SECONDS = 30;

  /** How long the id of a JWT is remembered, so that it is used once. */
  static final int REPLAY_WINDOW_SECONDS = MAX_AGE_SECONDS + 2 * CLOCK_SKEW_SECONDS;

  /**
   * Claims of a JWT.
   *
   * @param audience empty if there is none
   * @param expiresAt seconds since 1970
   * @param issuedAt seconds since 1970
   * @param notBefore seconds since 1970
   */
  record Claims(
      @Nullable String id,
      List<String> audience,
      @Nullable Long expiresAt,
      @Nullable Long issuedAt,
      @Nullable Long notBefore) {}

  /** Returns what is wrong; empty if nothing is. */
  Optional<String> check(@Nullable String type, Claims claims) {
    if (type == null || !withoutPrefix(type).equalsIgnoreCase(TYPE)) {
      return Optional.of("The JWT must have the header typ " + TYPE);
    }
    if (!claims.audience().equals(List.of(endpoint))) {
      return Optional.of("The JWT must have the claim aud " + endpoint);
    }
    if (claims.id() == null || !PlainText.isPlain(claims.id())) {
      return Optional.of("The JWT must have a claim jti: " + PlainText.RULE);
    }
    Long expiresAt = claims.expiresAt();
    Long issuedAt = claims.issuedAt();
    if (expiresAt == null || issuedAt == null) {
      return Optional.of("The JWT must have the claims iat and exp");
    }
    if (expiresAt <= now - CLOCK_SKEW_SECONDS) {
      return Optional.of("The JWT has expired");
    }
    if (issuedAt > now + CLOCK_SKEW_SECONDS || isAfter(claims.notBefore())) {
      return Optional.of("The JWT is not valid yet");
    }
    if (issuedAt < now - MAX_AGE_SECONDS) {
      return Optional.of("The JWT was issued more than " + MAX_AGE_SECONDS + " seconds ago");
    }
    return Optional.empty();
  }

  private boolean isAfter(@Nullable Long notBefore) {
    return notBefore != null && notBefore > now + CLOCK_SKEW_SECONDS;
  }

  /** RFC 7515, 4.1.9: {@code application/} may be left out. */
  private static String withoutPrefix(String type) {
    String prefix = "application/";
    return type.regionMatches(true, 0, prefix, 0, prefix.length())
        ? type.substring(prefix.length())
        : type;
  }
}
