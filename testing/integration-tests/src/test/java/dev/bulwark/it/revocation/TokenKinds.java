package dev.bulwark.it.revocation;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Live tokens of every kind in one realm, which is made ready for them, and ways to get others in
 * their place. For one thread.
 */
final class TokenKinds {

  private final PathRealm realm;
  private final Map<String, Supplier<Response>> ways = new LinkedHashMap<>();
  private final Map<String, Response> tokens = new LinkedHashMap<>();
  private final Map<String, String> keyIds = new LinkedHashMap<>();
  private final Organization organization;
  private int members;

  /** Gets one of each kind. */
  TokenKinds(PathRealm realm) {
    this.realm = realm;
    prepare();
    ways.put("login", () -> realm.login("ann"));
    ways.put("refresh", () -> realm.refresh(realm.login("ben")));
    ways.put("offline", () -> realm.login("cli", "ann", "openid offline_access"));
    ways.put("offline of ben", () -> realm.login("other", "ben", "openid offline_access"));
    ways.put("exchange", () -> exchange("login"));
    ways.put("exchange of offline", () -> exchange("offline"));
    ways.put("service", realm::service);
    ways.put("lightweight service", () -> realm.serviceOf("light"));
    ways.put("mac service", () -> realm.serviceOf("mac"));
    ways.put("mac", () -> realm.login("mac", "ann", "openid"));
    ways.put("code", () -> realm.browserLogin(realm.browser(), "cli", "cyn"));
    ways.put("remembered", this::remembered);
    ways.put("consent", () -> realm.consentingLogin(realm.browser(), "ann"));
    ways.put("device", () -> realm.deviceLogin("ann"));
    ways.put("requesting party", this::requestingParty);
    ways.put("key", () -> key("user", realm.userId("ann")));
    ways.put("client-key", () -> key("client", "service"));
    ways.forEach((kind, way) -> tokens.put(kind, way.get()));
    // Last: with organizations, a login asks for the name first.
    organization = Organization.create(realm);
    ways.put("member", () -> organization.loginManaged("member" + ++members));
    replace(Set.of("member"));
  }

  private void prepare() {
    realm.update("", Map.of("rememberMe", true, "editUsernameAllowed", true));
    realm.addAudience("cli", "other");
    realm.createClient("mac");
    realm.update(
        "/clients/" + realm.clientUuid("mac"),
        Map.of("attributes", Map.of("access.token.signed.response.alg", "HS512")));
    realm
        .admin()
        .post(
            realm.path("/clients"),
            Json.of(
                Map.of(
                    "clientId",
                    "resource-server",
                    "secret",
                    PathRealm.SECRET,
                    "serviceAccountsEnabled",
                    true,
                    "authorizationServicesEnabled",
                    true,
                    "authorizationSettings",
                    Map.of(
                        "policyEnforcementMode",
                        "PERMISSIVE",
                        "resources",
                        List.of(Map.of("name", "notes"))))))
        .expect(201);
  }

  private Response exchange(String subject) {
    return realm.exchange("other", tokens.get(subject).text("access_token")).expect(200);
  }

  private Response remembered() {
    FormBrowser browser = realm.browser();
    FormBrowser.Page page = browser.open(realm.authorization("cli", "code", Map.of()));
    FormBrowser.Page sent = PathRealm.signInRemembered(browser, page, "cyn");
    return realm.redeem("cli", sent.parameter("code")).expect(200);
  }

  private Response requestingParty() {
    return Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:uma-ticket",
                "audience",
                "resource-server"),
            "Authorization",
            "Bearer " + tokens.get("login").text("access_token"))
        .expect(200);
  }

  private Response key(String type, String owner) {
    Response made =
        realm
            .admin()
            .post(
                realm.path("/api-keys"),
                Json.object("name", "a key", "owner", Map.of("type", type, "id", owner)))
            .expect(201);
    keyIds.put(type, made.text("id"));
    return realm.exchangeKey("cli", made.text("key")).expect(200);
  }

  /** Gets other tokens of some kinds. Throws where the realm issues none any more. */
  void replace(Collection<String> kinds) {
    ways.forEach(
        (kind, way) -> {
          if (kinds.contains(kind)) {
            tokens.put(kind, way.get());
          }
        });
  }

  /** The tokens by their kinds. */
  Map<String, Response> all() {
    return tokens;
  }

  /** The name of the user of the member's token. */
  String member() {
    return "member" + members;
  }

  /**
   * The id of the API key behind the latest token of a key.
   *
   * @param type of its owner: user or client
   */
  String keyId(String type) {
    return keyIds.get(type);
  }
}
