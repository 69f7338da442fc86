package dev.bulwark.ratelimit.client;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.authentication.ClientAuthenticationFlowContext;
import org.keycloak.http.HttpRequest;
import org.keycloak.util.BasicAuthHelper;

/**
 * What a client says of itself, found as Keycloak's authenticator finds it: a parameter of the form
 * wins over HTTP Basic.
 *
 * @param clientId null where none was sent
 * @param secret null where none was sent
 */
record SentSecret(@Nullable String clientId, @Nullable String secret) {

  static SentSecret of(ClientAuthenticationFlowContext context) {
    HttpRequest request = context.getHttpRequest();
    String clientId = null;
    String secret = null;
    String authorization =
        request.getHttpHeaders().getRequestHeaders().getFirst(HttpHeaders.AUTHORIZATION);
    String[] basic =
        authorization == null ? null : BasicAuthHelper.RFC6749.parseHeader(authorization);
    if (basic != null) {
      clientId = basic[0];
      secret = basic[1];
    }
    MediaType type = request.getHttpHeaders().getMediaType();
    if (type != null && type.isCompatible(MediaType.APPLICATION_FORM_URLENCODED_TYPE)) {
      MultivaluedMap<String, String> form = request.getDecodedFormParameters();
      if (form.containsKey(OAuth2Constants.CLIENT_ID)) {
        clientId = form.getFirst(OAuth2Constants.CLIENT_ID);
      }
      if (form.containsKey(OAuth2Constants.CLIENT_SECRET)) {
        secret = form.getFirst(OAuth2Constants.CLIENT_SECRET);
      }
    }
    if (clientId == null) {
      clientId = context.getSession().getAttribute("client_id", String.class);
    }
    return new SentSecret(clientId, secret);
  }

  @Override
  public String toString() {
    return "SentSecret[" + clientId + "]";
  }
}
