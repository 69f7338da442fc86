package dev.bulwark.globalrevocation;

import java.util.Arrays;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.util.MtlsHoKTokenUtil;

/** Authenticates clients of the realm: by a token of their own with the scope {@value #SCOPE}. */
final class ClientCallers {

  static final String SCOPE = "global-token-revocation";

  private final KeycloakSession session;

  ClientCallers(KeycloakSession session) {
    this.session = session;
  }

  /**
   * Returns the client that the token was issued to.
   *
   * @param token the bearer token of the request, whose header names an algorithm
   * @throws RequestException if the token is not valid here, is a user's, or lacks the scope
   */
  Caller.Client authenticate(JWSInput token) {
    AuthenticationManager.AuthResult result =
        new AppAuthManager.BearerTokenAuthenticator(session)
            .setTokenString(token.getWireString())
            .authenticate();
    if (result == null || !comesFromItsHolder(result)) {
      throw RequestException.unauthorized("The access token is not valid here");
    }
    UserModel account = result.getUser();
    if (!result.getClient().getId().equals(account.getServiceAccountClientLink())) {
      throw RequestException.insufficientScope(
          "A client must call with a token of its own (client_credentials)");
    }
    if (!Arrays.asList(scopes(result)).contains(SCOPE)) {
      throw RequestException.insufficientScope("The token lacks the scope " + SCOPE);
    }
    return new Caller.Client(result.getClient());
  }

  private static String[] scopes(AuthenticationManager.AuthResult result) {
    String scope = result.getToken().getScope();
    return scope == null ? new String[0] : scope.split(" ", -1);
  }

  /** A certificate-bound token is good on a connection with that certificate only (RFC 8705, 3). */
  private boolean comesFromItsHolder(AuthenticationManager.AuthResult result) {
    var bound = result.getToken().getConfirmation();
    return bound == null
        || bound.getCertThumbprint() == null
        || MtlsHoKTokenUtil.verifyTokenBindingWithClientCertificate(
            result.getToken(), session.getContext().getHttpRequest(), session);
  }
}
