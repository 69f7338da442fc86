package dev.bulwark.apikey.authenticator;

import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.util.BasicAuthHelper;

/**
 * What a client says of itself: its id, and a key in the header, as the password of HTTP Basic or
 * as {@code client_secret}.
 *
 * @param clientId null if it was not sent
 * @param key null if it was not sent, or sent in two headers
 */
record ClientCredentials(@Nullable String clientId, @Nullable String key) {

  /**
   * Reads a request; the header {@code X-API-Key} wins over a secret, and the form over HTTP Basic,
   * as Keycloak's own authenticator has it.
   *
   * @param headers values of {@code X-API-Key}, null or empty if it was not sent
   * @param authorization the header of that name, null if it was not sent
   */
  static ClientCredentials of(
      @Nullable List<String> headers,
      @Nullable String authorization,
      MultivaluedMap<String, String> form) {
    String clientId = null;
    String secret = null;
    String[] basic =
        authorization == null ? null : BasicAuthHelper.RFC6749.parseHeader(authorization);
    if (basic != null) {
      clientId = basic[0];
      secret = basic[1];
    }
    if (form.containsKey(OAuth2Constants.CLIENT_ID)) {
      clientId = form.getFirst(OAuth2Constants.CLIENT_ID);
    }
    if (form.containsKey(OAuth2Constants.CLIENT_SECRET)) {
      secret = form.getFirst(OAuth2Constants.CLIENT_SECRET);
    }
    if (headers != null && !headers.isEmpty()) {
      secret = headers.size() == 1 ? headers.get(0).trim() : null;
    }
    return new ClientCredentials(blankToNull(clientId), blankToNull(secret));
  }

  private static @Nullable String blankToNull(@Nullable String value) {
    return value == null || value.isBlank() ? null : value;
  }

  @Override
  public String toString() {
    return "ClientCredentials[" + clientId + "]";
  }
}
