package dev.bulwark.apikey.grant;

import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.encode.AccessTokenContext;
import org.keycloak.protocol.oidc.encode.TokenContextEncoderProvider;
import org.keycloak.protocol.oidc.token.TokenInterceptorException;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.representations.AccessToken;

/**
 * Refuses token exchange (RFC 8693) with a key token as subject. Keycloak would make an ordinary
 * token of the owner of it, with the owner's roles and without the limits of the key.
 */
final class KeyTokenExchangeGuard implements TokenPostProcessor {

  private final KeycloakSession session;

  KeyTokenExchangeGuard(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public void process(TokenPostProcessorContext context) {
    AccessToken issued = context.accessToken();
    if (issued == null
        || issued.getId() == null
        || !OAuth2Constants.TOKEN_EXCHANGE_GRANT_TYPE.equals(grantOf(issued.getId()))) {
      return;
    }
    String subject =
        session
            .getContext()
            .getHttpRequest()
            .getDecodedFormParameters()
            .getFirst(OAuth2Constants.SUBJECT_TOKEN);
    if (subject != null && isKeyToken(subject)) {
      throw new TokenInterceptorException(
          OAuthErrorException.INVALID_REQUEST,
          "A token that was exchanged for an API key cannot be exchanged again");
    }
  }

  /** The signature was checked by the exchange itself. */
  private boolean isKeyToken(String token) {
    try {
      AccessToken read = new JWSInput(token).readJsonContent(AccessToken.class);
      return read.getOtherClaims().containsKey(ApiKeyGrantType.KEY_ID)
          || (read.getId() != null && ApiKeyGrantTypeFactory.ID.equals(grantOf(read.getId())));
    } catch (JWSInputException e) {
      // Not a JWT of this server: it cannot be one of ours.
      return false;
    }
  }

  private String grantOf(String tokenId) {
    try {
      AccessTokenContext read =
          session
              .getProvider(TokenContextEncoderProvider.class)
              .getTokenContextFromTokenId(tokenId);
      return read.getGrantType();
    } catch (IllegalArgumentException e) {
      // An id of another form tells no grant.
      return "";
    }
  }

  @Override
  public void close() {}
}
