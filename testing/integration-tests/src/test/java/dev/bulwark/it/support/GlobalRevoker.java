package dev.bulwark.it.support;

import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;

/** A client of a realm that may end everything of a user (R10). */
public final class GlobalRevoker {

  /** The endpoint below the realm, and the scope that it asks for. */
  public static final String SCOPE = "global-token-revocation";

  private static final String CLIENT = "global-revoker";
  private static final String SECRET = "global-revoker-secret";

  private final Realm realm;

  private GlobalRevoker(Realm realm) {
    this.realm = realm;
  }

  /** Adds the client and the scope to a realm that has neither. */
  public static GlobalRevoker addTo(AdminApi admin, Realm realm) {
    String path = "/realms/" + realm.name();
    admin
        .post(path + "/client-scopes", Json.object("name", SCOPE, "protocol", "openid-connect"))
        .expect(201);
    admin
        .post(
            path + "/clients",
            Json.object(
                "clientId",
                CLIENT,
                "secret",
                SECRET,
                "serviceAccountsEnabled",
                true,
                "standardFlowEnabled",
                false,
                "optionalClientScopes",
                List.of(SCOPE)))
        .expect(201);
    return new GlobalRevoker(realm);
  }

  public String url() {
    return realm.url() + "/" + SCOPE;
  }

  /** The answer of the token endpoint, with more headers of the request. */
  public Response token(String... headers) {
    String[] all = new String[headers.length + 2];
    all[0] = "Authorization";
    all[1] = Realm.basic(CLIENT, SECRET);
    System.arraycopy(headers, 0, all, 2, headers.length);
    return Http.postForm(
        realm.endpoint("token"), Map.of("grant_type", "client_credentials", "scope", SCOPE), all);
  }

  /** The answer to a call about a user, by the id in Keycloak. */
  public Response end(String userId) {
    return send(
        Map.of("format", "opaque", "id", userId),
        "Authorization",
        "Bearer " + token().expect(200).text("access_token"));
  }

  /**
   * The answer to a call.
   *
   * @param subject a subject identifier of RFC 9493
   * @param headers the credentials
   */
  public Response send(Map<String, String> subject, String... headers) {
    HttpRequest.Builder request =
        Http.request(url())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.of(Map.of("sub_id", subject))));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return Http.send(request);
  }
}
