package dev.bulwark.apikey.grant;

import dev.bulwark.contract.ApiKeyClaims;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.http.HttpRequest;
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
 * Rejects to make another token of a key token: by token exchange (RFC 8693), by a UMA permission
 * ticket, or by whatever grant takes a token. Keycloak would make an ordinary token of its owner of
 * it, with the owner's roles and without the limits of the key.
 */
final class KeyTokenExchangeGuard implements TokenPostProcessor {

  /** Grants that take no access token from whoever asks. All others are looked at. */
  private static final Set<String> WITHOUT_TOKEN =
      Set.of(
          OAuth2Constants.AUTHORIZATION_CODE,
          OAuth2Constants.REFRESH_TOKEN,
          OAuth2Constants.PASSWORD,
          OAuth2Constants.CLIENT_CREDENTIALS,
          OAuth2Constants.DEVICE_CODE_GRANT_TYPE,
          OAuth2Constants.CIBA_GRANT_TYPE,
          ApiKeyGrantTypeFactory.ID,
          ApiKeyGrantAliasFactory.ID);

  private static final String BEARER = "bearer ";

  private final KeycloakSession session;

  KeyTokenExchangeGuard(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public void process(TokenPostProcessorContext context) {
    HttpRequest request = session.getContext().getHttpRequest();
    if (context.accessToken() == null || request == null) {
      return;
    }
    MultivaluedMap<String, String> form = request.getDecodedFormParameters();
    String grant = form.getFirst(OAuth2Constants.GRANT_TYPE);
    if (grant == null || WITHOUT_TOKEN.contains(grant)) {
      return;
    }
    if (presented(request, form).anyMatch(this::isKeyToken)) {
      throw new TokenInterceptorException(
          OAuthErrorException.INVALID_REQUEST,
          "A token that was exchanged for an API key cannot be exchanged again");
    }
  }

  /** Whatever of a request may be a token. */
  private static Stream<String> presented(
      HttpRequest request, MultivaluedMap<String, String> form) {
    String header = request.getHttpHeaders().getHeaderString(HttpHeaders.AUTHORIZATION);
    Stream<String> bearer =
        header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
            ? Stream.of(header.substring(BEARER.length()).trim())
            : Stream.empty();
    return Stream.concat(bearer, form.values().stream().flatMap(List::stream))
        .filter(text -> text.indexOf('.') > 0);
  }

  /** The signature is checked by the grant itself. */
  private boolean isKeyToken(String token) {
    try {
      AccessToken read = new JWSInput(token).readJsonContent(AccessToken.class);
      return read.getOtherClaims().containsKey(ApiKeyClaims.KEY_ID)
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
