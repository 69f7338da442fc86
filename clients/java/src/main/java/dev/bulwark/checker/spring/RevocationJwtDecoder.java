package dev.bulwark.checker.spring;

import dev.bulwark.checker.RevocationChecker;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;

/**
 * Checks in Redis, or by Token Status Lists, the tokens that another decoder has accepted. So a
 * token that is forged, expired or meant for another audience is rejected without a request, with
 * 401 also while Redis or Keycloak is unreachable. Thread-safe.
 */
public final class RevocationJwtDecoder implements JwtDecoder {

  private final JwtDecoder delegate;
  private final OAuth2TokenValidator<Jwt> validator;

  /**
   * A decoder.
   *
   * @param delegate verifies signature, issuer, audience and times
   * @param checker stays the caller's to close
   */
  public RevocationJwtDecoder(JwtDecoder delegate, RevocationChecker checker) {
    this(delegate, new RevocationValidator(checker));
  }

  /**
   * A decoder with another way to check.
   *
   * @param delegate verifies signature, issuer, audience and times
   * @param validator a {@link RevocationValidator} or {@link StatusListValidator}
   */
  public RevocationJwtDecoder(JwtDecoder delegate, OAuth2TokenValidator<Jwt> validator) {
    this.delegate = delegate;
    this.validator = validator;
  }

  /**
   * Decodes a token.
   *
   * @throws org.springframework.security.oauth2.jwt.JwtValidationException if it is revoked or may
   *     not be used for another reason
   * @throws RevocationUnknownException if nobody can tell, and the policy rejects such a token
   * @throws org.springframework.security.oauth2.jwt.JwtException also if the token cannot be
   *     verified just now, for example because the issuer's keys cannot be fetched
   */
  @Override
  public Jwt decode(String token) {
    return TokenVerdict.require(validator, verified(token));
  }

  private Jwt verified(String token) {
    try {
      return delegate.decode(token);
    } catch (JwtDecoderInitializationException e) {
      // Spring Security would not take it for a failed login, but for an error of the application.
      throw TokenVerdict.unverified(e);
    }
  }
}
