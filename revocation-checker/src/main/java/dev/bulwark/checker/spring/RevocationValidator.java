package dev.bulwark.checker.spring;

import dev.bulwark.checker.RevocationChecker;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Refuses revoked tokens with {@code invalid_token} (RFC 6750, section 3.1). The decoder calls it
 * when the signature has been verified; put it behind the validators of issuer, audience and times.
 * Thread-safe.
 */
public final class RevocationValidator implements OAuth2TokenValidator<Jwt> {

  private static final String RFC = "https://www.rfc-editor.org/rfc/rfc6750#section-3.1";
  private static final OAuth2TokenValidatorResult REVOKED = failure("The token has been revoked");
  private static final OAuth2TokenValidatorResult MALFORMED =
      failure("The token has no jti that could be checked");

  private final RevocationChecker checker;

  /** Over a checker, which stays the caller's to close. */
  public RevocationValidator(RevocationChecker checker) {
    this.checker = checker;
  }

  /**
   * Validates.
   *
   * @throws RevocationUnknownException if Redis cannot tell and the policy refuses such a token
   */
  @Override
  public OAuth2TokenValidatorResult validate(Jwt token) {
    return switch (checker.check(token.getId(), token.getIssuedAt())) {
      case VALID, VALID_STALE -> OAuth2TokenValidatorResult.success();
      case REVOKED -> REVOKED;
      case MALFORMED -> MALFORMED;
      case UNKNOWN -> throw new RevocationUnknownException();
    };
  }

  private static OAuth2TokenValidatorResult failure(String description) {
    return OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", description, RFC));
  }
}
