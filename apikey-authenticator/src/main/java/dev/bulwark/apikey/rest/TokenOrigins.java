package dev.bulwark.apikey.rest;

import dev.bulwark.contract.KeycloakFeature;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.cors.Cors;

/**
 * The origins that a token allows. Keycloak 26.4 and 26.5 have another method for it, which leaves
 * the header out for an origin that is not allowed.
 */
final class TokenOrigins {

  private static final String EARLIER = "allowedOrigins";

  private TokenOrigins() {}

  /** Returns the same object. */
  static Cors check(Cors cors, AccessToken token) {
    if (KeycloakFeature.CORS_CHECK.isPresent()) {
      return cors.checkAllowedOrigins(token);
    }
    try {
      Cors.class.getMethod(EARLIER, AccessToken.class).invoke(cors, token);
      return cors;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Keycloak's Cors has no " + EARLIER, e);
    }
  }
}
