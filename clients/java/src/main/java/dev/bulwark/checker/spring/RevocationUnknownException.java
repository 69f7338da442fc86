package dev.bulwark.checker.spring;

import org.springframework.security.oauth2.jwt.JwtException;

/**
 * Nobody knows whether a token has been revoked. Not a bad token: Spring Security turns it into an
 * {@code AuthenticationServiceException}, and {@link RevocationUnknownFilter} that into 503.
 */
public final class RevocationUnknownException extends JwtException {

  private static final long serialVersionUID = 1L;

  RevocationUnknownException() {
    super("It cannot be told just now whether the token has been revoked");
  }
}
