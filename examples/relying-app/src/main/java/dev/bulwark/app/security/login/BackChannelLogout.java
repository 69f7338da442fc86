package dev.bulwark.app.security.login;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.session.SessionInformation;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionInformation;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.web.authentication.logout.LogoutHandler;

/**
 * Marks the sessions that a verified logout token of Keycloak names; the next request of each is
 * refused. Spring's own handler sends a request to this application for each of them, which needs
 * an address and a certificate that it can reach and trust itself by. Thread-safe.
 */
final class BackChannelLogout implements LogoutHandler {

  private final OidcSessionRegistry logins;
  private final SessionRegistry sessions;

  BackChannelLogout(OidcSessionRegistry logins, SessionRegistry sessions) {
    this.logins = logins;
    this.sessions = sessions;
  }

  @Override
  public void logout(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable Authentication authentication) {
    if (authentication == null
        || !(authentication.getPrincipal() instanceof OidcLogoutToken token)) {
      throw new IllegalStateException("no logout token");
    }
    for (OidcSessionInformation login : logins.removeSessionInformation(token)) {
      SessionInformation session = sessions.getSessionInformation(login.getSessionId());
      if (session != null) {
        session.expireNow();
      }
    }
  }
}
