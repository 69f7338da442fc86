package dev.bulwark.checker.spring;

import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/** Turns what a validator says into what a decoder throws. */
final class TokenVerdict {

  private static final Logger LOG = LoggerFactory.getLogger(TokenVerdict.class);

  private TokenVerdict() {}

  /**
   * Returns a token that may be used.
   *
   * @throws JwtValidationException if it may not
   * @throws RevocationUnknownException if nobody can tell
   */
  static Jwt require(OAuth2TokenValidator<Jwt> validator, Jwt token) {
    OAuth2TokenValidatorResult result = validator.validate(token);
    if (result.hasErrors()) {
      Collection<OAuth2Error> errors = result.getErrors();
      throw new JwtValidationException(
          "An error occurred while attempting to decode the Jwt: "
              + errors.iterator().next().getDescription(),
          errors);
    }
    return token;
  }

  /** What a decoder throws that cannot verify a token just now: the token is not called bad. */
  static JwtException unverified(RuntimeException cause) {
    return new JwtException("The token cannot be verified just now: " + cause.getMessage(), cause);
  }

  /**
   * Whether a failed authentication says nothing about the token: Spring Security has this
   * exception for a decoder that could not verify or check it.
   */
  static boolean isMissing(AuthenticationServiceException failure) {
    if (!(failure.getCause() instanceof JwtException cause)) {
      return false;
    }
    // The checkers log by themselves that they cannot tell.
    if (!(cause instanceof RevocationUnknownException)) {
      LOG.warn("A token cannot be verified, the answer is 503: {}", cause.getMessage());
    }
    return true;
  }
}
