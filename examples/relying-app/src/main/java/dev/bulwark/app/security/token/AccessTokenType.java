package dev.bulwark.app.security.token;

import java.util.Locale;
import java.util.Map;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Accepts Keycloak's access tokens by their claim {@code typ}: {@code Bearer}, or {@code DPoP} with
 * the key that the token is bound to (RFC 9449, section 6.1). An ID token has the application as
 * its audience too, and is no access token. Spring accepts a token with a bound key only with a
 * proof of it, never as a bearer token. Thread-safe.
 */
final class AccessTokenType implements OAuth2TokenValidator<Jwt> {

  private static final OAuth2TokenValidatorResult REJECTED =
      OAuth2TokenValidatorResult.failure(
          new OAuth2Error(OAuth2ErrorCodes.INVALID_TOKEN, "The token is no access token", null));

  @Override
  public OAuth2TokenValidatorResult validate(Jwt token) {
    boolean accepted =
        // Keycloak writes "bearer" for clients that want the type in lower case.
        switch (String.valueOf(token.getClaims().get("typ")).toLowerCase(Locale.ROOT)) {
          case "bearer" -> true;
          case "dpop" -> isBound(token);
          default -> false;
        };
    return accepted ? OAuth2TokenValidatorResult.success() : REJECTED;
  }

  private static boolean isBound(Jwt token) {
    return token.getClaims().get("cnf") instanceof Map<?, ?> confirmation
        && confirmation.get("jkt") instanceof String key
        && !key.isBlank();
  }
}
