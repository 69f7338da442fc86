package dev.bulwark.checker.spring;

import java.util.Collection;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/** Turns what a validator says into what a decoder throws. */
final class TokenVerdict {

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
}
