package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.util.Map;
import java.util.Optional;

/** A second realm of the same server, as identity provider of the first: Keycloak for Keycloak. */
final class Broker {

  static final String ALIAS = "kidp";
  private static final String CLIENT = "relay";

  private final PathRealm realm;
  private final PathRealm provider;

  private Broker(PathRealm realm, PathRealm provider) {
    this.realm = realm;
    this.provider = provider;
  }

  /**
   * Makes the provider realm and has it trusted.
   *
   * @param client further fields of the client that the realm is for its provider
   */
  static Broker create(PathRealm realm, Map<String, Object> client) {
    PathRealm provider = realm.createBeside(realm.name() + "-idp");
    Broker broker = new Broker(realm, provider);
    provider
        .admin()
        .post(
            provider.path("/clients"),
            Json.of(
                PathRealm.merged(
                    client,
                    Map.of(
                        "clientId",
                        CLIENT,
                        "secret",
                        PathRealm.SECRET,
                        "redirectUris",
                        java.util.List.of(realm.url() + "/*", realm.issuer() + "/*")))))
        .expect(201);
    realm
        .admin()
        .post(
            realm.path("/identity-provider/instances"),
            Json.of(
                Map.of(
                    "alias",
                    ALIAS,
                    "providerId",
                    "keycloak-oidc",
                    "enabled",
                    true,
                    "updateProfileFirstLoginMode",
                    "missing",
                    "config",
                    Map.of(
                        "clientId",
                        CLIENT,
                        "clientSecret",
                        PathRealm.SECRET,
                        "clientAuthMethod",
                        "client_secret_post",
                        "authorizationUrl",
                        provider.endpoint("auth"),
                        "tokenUrl",
                        provider.endpoint("token"),
                        "userInfoUrl",
                        provider.endpoint("userinfo"),
                        "jwksUrl",
                        provider.endpoint("certs"),
                        "issuer",
                        provider.issuer(),
                        "validateSignature",
                        "true",
                        "useJwksUrl",
                        "true"))))
        .expect(201);
    return broker;
  }

  /** Where the provider sends the end of a session to. */
  static String endpoint(PathRealm realm) {
    return realm.url() + "/broker/" + ALIAS + "/endpoint";
  }

  /** Makes a user of the provider and logs in with it. */
  Response login(FormBrowser browser, String user) {
    return realm.redeem("cli", signIn(browser, user).parameter("code")).expect(200);
  }

  /**
   * The same, as long as the realm trusts the provider and the client is enabled; empty without.
   */
  Optional<Response> tryLogin(FormBrowser browser, String user) {
    FormBrowser.Page page = openForm(browser, user);
    if (!page.response().body().contains("kc-form-login")) {
      return Optional.empty();
    }
    return Optional.ofNullable(PathRealm.signIn(browser, page, user).parameters().get("code"))
        .map(code -> realm.redeem("cli", code));
  }

  private FormBrowser.Page signIn(FormBrowser browser, String user) {
    return PathRealm.signIn(browser, openForm(browser, user), user);
  }

  private FormBrowser.Page openForm(FormBrowser browser, String user) {
    provider.createUser(user);
    return browser.open(realm.authorization("cli", "code", Map.of("kc_idp_hint", ALIAS)));
  }

  /** From now on, its users live as long as their session, and nowhere else. */
  void keepUsersInSessions() {
    String path = "/identity-provider/instances/" + Http.encode(ALIAS);
    ObjectNode json = (ObjectNode) realm.admin().get(realm.path(path)).expect(200).json();
    json.withObject("/config").put("doNotStoreUsers", "true");
    realm.admin().put(realm.path(path), json.toString()).expect(204);
  }

  /** Ends the user's sessions at the provider. */
  void logoutAtProvider(String user) {
    provider
        .admin()
        .post(provider.path("/users/" + provider.userId(user) + "/logout"), "{}")
        .expect(204);
  }

  PathRealm provider() {
    return provider;
  }

  void remove() {
    realm
        .admin()
        .delete(realm.path("/identity-provider/instances/" + Http.encode(ALIAS)))
        .expect(204);
  }
}
