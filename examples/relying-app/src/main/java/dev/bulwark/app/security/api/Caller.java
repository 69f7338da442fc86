package dev.bulwark.app.security.api;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * The caller, authenticated by a login, a token or an API key.
 *
 * @param id Keycloak's id of the user, or {@code client:} and the id of a client
 * @param name for people to read
 */
public record Caller(String id, String name) {

  /** The caller of an authenticated request. */
  public static Caller of(Authentication authentication) {
    String id = authentication.getName();
    String name = null;
    if (authentication.getPrincipal() instanceof OidcUser user) {
      name = user.getPreferredUsername();
    } else if (authentication.getPrincipal() instanceof Jwt token) {
      name = token.getClaimAsString("preferred_username");
    } else if (authentication.getPrincipal() instanceof Caller caller) {
      return caller;
    }
    return new Caller(id, name == null ? id : name);
  }
}
