package dev.bulwark.checker.spring;

import dev.bulwark.checker.RevocationChecker;
import java.time.Clock;
import java.time.Instant;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Rejects revoked tokens with {@code invalid_token} (RFC 6750, section 3.1). The decoder calls it
 * after it has verified the signature. Put it behind the validators of issuer, audience and times.
 *
 * <p>It also rejects, without leeway, a token whose {@code exp} has passed, and a token without
 * one. Redis deletes a revoked token at its {@code exp}, while Spring's own validator of times
 * accepts it for another 60 s. Thread-safe.
 */
public final class RevocationValidator implements OAuth2TokenValidator<Jwt> {

  private static final String RFC = "https://www.rfc-editor.org/rfc/rfc6750#section-3.1";
  private static final OAuth2TokenValidatorResult REVOKED = failure("The token has been revoked");
  private static final OAuth2TokenValidatorResult MALFORMED =
      failure("The token has no jti that could be checked");

  private static final OAuth2TokenValidatorResult EXPIRED = failure("The token has expired");
  private static final OAuth2TokenValidatorResult NO_EXPIRY = failure("The token has no exp");

  private final RevocationChecker checker;
  private final Clock clock;

  /** Over a checker, which stays the caller's to close. */
  public RevocationValidator(RevocationChecker checker) {
    this(checker, Clock.systemUTC());
  }

  RevocationValidator(RevocationChecker checker, Clock clock) {
    this.checker = checker;
    this.clock = clock;
  }

  /**
   * Validates.
   *
   * @throws RevocationUnknownException if Redis cannot tell and the policy rejects such a token
   */
  @Override
  public OAuth2TokenValidatorResult validate(Jwt token) {
    Instant expiry = token.getExpiresAt();
    if (expiry == null) {
      return NO_EXPIRY;
    }
    if (!expiry.isAfter(clock.instant())) {
      return EXPIRED;
    }
    return switch (checker.check(token.getId(), token.getIssuedAt())) {
      // Once more: Redis may have forgotten the token just before it was asked.
      case LIVE, LIVE_STALE ->
          expiry.isAfter(clock.instant()) ? OAuth2TokenValidatorResult.success() : EXPIRED;
      case REVOKED -> REVOKED;
      case MALFORMED -> MALFORMED;
      case UNKNOWN -> throw new RevocationUnknownException();
    };
  }

  private static OAuth2TokenValidatorResult failure(String description) {
    return OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", description, RFC));
  }
}
