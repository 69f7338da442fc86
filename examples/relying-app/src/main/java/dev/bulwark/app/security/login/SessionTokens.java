package dev.bulwark.app.security.login;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;

/** The tokens behind a session of the browser. Thread-safe. */
final class SessionTokens {

  private final OAuth2AuthorizedClientManager manager;
  private final JwtDecoder decoder;

  SessionTokens(OAuth2AuthorizedClientManager manager, JwtDecoder decoder) {
    this.manager = manager;
    this.decoder = decoder;
  }

  /**
   * Whether Keycloak still honours the login: its access token, renewed where it is about to end,
   * passes every rule, among them that it has not been revoked.
   *
   * @throws AuthenticationServiceException if Redis or Keycloak cannot tell
   */
  boolean areStillValid(
      OAuth2AuthenticationToken login, HttpServletRequest request, HttpServletResponse response) {
    try {
      OAuth2AuthorizedClient tokens = current(login, request, response);
      if (tokens == null) {
        return false;
      }
      decoder.decode(tokens.getAccessToken().getTokenValue());
      return true;
    } catch (ClientAuthorizationException e) {
      if (SessionLock.hasEnded(e)) {
        return false;
      }
      throw new AuthenticationServiceException("the tokens cannot be renewed", e);
    } catch (BadJwtException e) {
      return false;
    } catch (JwtException e) {
      throw new AuthenticationServiceException("the token cannot be checked", e);
    }
  }

  private @Nullable OAuth2AuthorizedClient current(
      OAuth2AuthenticationToken login, HttpServletRequest request, HttpServletResponse response) {
    return SessionLock.of(request.getSession())
        .run(
            () ->
                manager.authorize(
                    OAuth2AuthorizeRequest.withClientRegistrationId(
                            login.getAuthorizedClientRegistrationId())
                        .principal(login)
                        .attribute(HttpServletRequest.class.getName(), request)
                        .attribute(HttpServletResponse.class.getName(), response)
                        .build()));
  }
}
