package dev.bulwark.checker.spring;

import dev.bulwark.checker.statuslist.StatusListChecker;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Rejects tokens that are revoked by their Token Status List with {@code invalid_token} (RFC 6750,
 * section 3.1). The decoder calls it after it has verified the signature. Put it behind the
 * validators of issuer, audience and times. Thread-safe.
 */
public final class StatusListValidator implements OAuth2TokenValidator<Jwt> {

  private static final String RFC = "https://www.rfc-editor.org/rfc/rfc6750#section-3.1";

  private final StatusListChecker checker;

  /** Over a checker. */
  public StatusListValidator(StatusListChecker checker) {
    this.checker = checker;
  }

  /**
   * Validates.
   *
   * @throws RevocationUnknownException if the list cannot be had
   */
  @Override
  public OAuth2TokenValidatorResult validate(Jwt token) {
    return switch (checker.check(token.getClaims().get("status"))) {
      case LIVE, LIVE_STALE -> OAuth2TokenValidatorResult.success();
      case REVOKED -> failure("The token has been revoked");
      case MALFORMED -> failure("The token has no status that could be checked");
      case UNKNOWN -> throw new RevocationUnknownException();
    };
  }

  private static OAuth2TokenValidatorResult failure(String description) {
    return OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", description, RFC));
  }
}
