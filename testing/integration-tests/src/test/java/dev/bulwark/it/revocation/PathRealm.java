package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A realm made for the tests of this package: cheap password hashes, events off (the listener is
 * global), one client for each grant, and one that may introspect every token.
 */
final class PathRealm {

  static final String PASSWORD = "correct-path-battery";
  static final String SECRET = "path-secret";

  /** The endpoint and its scope. */
  private static final String GLOBAL_REVOCATION = "global-token-revocation";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI server;
  private final AdminApi admin;
  private final String name;
  private final Realm endpoints;
  private final String publicUrl;

  private PathRealm(URI server, AdminApi admin, String name) {
    this(server, admin, name, server.toString());
  }

  private PathRealm(URI server, AdminApi admin, String name, String publicUrl) {
    this.publicUrl = publicUrl;
    this.server = server;
    this.admin = admin;
    this.name = name;
    this.endpoints = new Realm(server, name);
  }

  /** Makes the realm anew. */
  static PathRealm create(URI server, AdminApi admin, String name) {
    PathRealm realm = new PathRealm(server, admin, name);
    admin.delete("/realms/" + name);
    try (InputStream in = PathRealm.class.getResourceAsStream("path-realm.json")) {
      ObjectNode json = (ObjectNode) JSON.readTree(in);
      json.put("realm", name);
      admin.makeRealm(json.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return realm;
  }

  /**
   * The same realm at another address, as a node behind a load balancer has one.
   *
   * @param publicUrl the address that the server itself names, without a slash at its end
   */
  PathRealm at(URI node, AdminApi adminOfNode, String publicUrl) {
    return new PathRealm(node, adminOfNode, name, publicUrl);
  }

  /** A realm that is there already. */
  static PathRealm known(URI server, AdminApi admin, String name) {
    return new PathRealm(server, admin, name);
  }

  /** Gives the realm another name; what is known by the old one is of no use any more. */
  PathRealm rename(String newName) {
    admin.delete("/realms/" + newName);
    update("", Map.of("realm", newName));
    return new PathRealm(server, admin, newName);
  }

  void delete() {
    admin.delete("/realms/" + name).expect(204);
  }

  String name() {
    return name;
  }

  String endpoint(String path) {
    return endpoints.endpoint(path);
  }

  String url() {
    return endpoints.url();
  }

  /** Where an address that the server names is reached here. */
  String reached(String named) {
    return named.replace(publicUrl, server.toString());
  }

  /** What the server itself calls the realm: the issuer of its tokens. */
  String issuer() {
    return publicUrl + "/realms/" + name;
  }

  /** Another realm at the same node. */
  PathRealm createBeside(String other) {
    return create(server, admin, other).at(server, admin, publicUrl);
  }

  AdminApi admin() {
    return admin;
  }

  /** Path of the realm in the admin API. */
  String path(String rest) {
    return "/realms/" + name + rest;
  }

  Response token(String clientId, Map<String, String> form) {
    Map<String, String> all = new LinkedHashMap<>(form);
    all.put("client_id", clientId);
    all.put("client_secret", SECRET);
    return Http.postForm(endpoint("token"), all);
  }

  /** Password grant with the client {@code cli}. */
  Response login(String user) {
    return login("cli", user, "openid");
  }

  Response login(String clientId, String user, String scope) {
    return token(
            clientId,
            Map.of(
                "grant_type", "password", "username", user, "password", PASSWORD, "scope", scope))
        .expect(200);
  }

  Response refresh(String clientId, String refreshToken) {
    return token(clientId, Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
  }

  Response refresh(Response tokens) {
    return refresh("cli", tokens.text("refresh_token")).expect(200);
  }

  Response service() {
    return token("service", Map.of("grant_type", "client_credentials")).expect(200);
  }

  Response exchange(String clientId, String subjectToken) {
    return token(
        clientId,
        Map.of(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token",
            subjectToken,
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:access_token"));
  }

  /** The answer to the exchange of an API key for a token. */
  Response exchangeKey(String clientId, String key) {
    return Http.postForm(
        endpoint("token"),
        Map.of(
            "grant_type",
            "urn:bulwark:params:oauth:grant-type:api-key",
            "client_id",
            clientId,
            "client_secret",
            SECRET),
        "X-API-Key",
        key);
  }

  Response revoke(String clientId, String token) {
    return Http.postForm(
        endpoint("revoke"), Map.of("client_id", clientId, "client_secret", SECRET, "token", token));
  }

  Response logout(String clientId, String refreshToken) {
    return Http.postForm(
        endpoint("logout"),
        Map.of("client_id", clientId, "client_secret", SECRET, "refresh_token", refreshToken));
  }

  /** Whether the server still honours the token. */
  boolean isActive(String token) {
    Response response =
        Http.postForm(
            endpoint("token/introspect"),
            Map.of("token", token, "client_id", "oracle", "client_secret", SECRET));
    // A disabled or deleted realm answers nobody.
    return response.status() == 200 && response.json().get("active").asBoolean();
  }

  String userId(String user) {
    return admin
        .get(path("/users?exact=true&username=" + Http.encode(user)))
        .expect(200)
        .json()
        .get(0)
        .get("id")
        .asText();
  }

  String clientUuid(String clientId) {
    return admin
        .get(path("/clients?clientId=" + Http.encode(clientId)))
        .expect(200)
        .json()
        .get(0)
        .get("id")
        .asText();
  }

  /** Lets the client {@code service} end everything of a user ({@link #endEverything}). */
  void allowGlobalRevocation() {
    Response made =
        admin
            .post(
                path("/client-scopes"),
                Json.object("name", GLOBAL_REVOCATION, "protocol", "openid-connect"))
            .expect(201);
    String scope = made.header("Location");
    admin
        .put(
            path(
                "/clients/"
                    + clientUuid("service")
                    + "/optional-client-scopes/"
                    + scope.substring(scope.lastIndexOf('/') + 1)),
            "{}")
        .expect(204);
  }

  /** The answer to a global token revocation of a user. */
  Response endEverything(String userId) {
    Response caller =
        token("service", Map.of("grant_type", "client_credentials", "scope", GLOBAL_REVOCATION));
    if (caller.status() != 200) {
      return caller;
    }
    return Http.send(
        Http.request(url() + "/" + GLOBAL_REVOCATION)
            .header("Authorization", "Bearer " + caller.text("access_token"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    Json.of(Map.of("sub_id", Map.of("format", "opaque", "id", userId))))));
  }

  /** Changes some fields of a representation. */
  void update(String path, Map<String, Object> changes) {
    tryUpdate(path, changes).expect(204);
  }

  /** Gives the access tokens of a client a place in a token status list from now on. */
  void addStatusLists(String clientId) {
    String path = path("/clients/" + clientUuid(clientId));
    ObjectNode json = (ObjectNode) admin.get(path).expect(200).json();
    json.withObject("/attributes").put("token-status", "true");
    admin.put(path, json.toString()).expect(204);
  }

  /** The answer to a change of some fields of a representation, which may be gone. */
  Response tryUpdate(String path, Map<String, Object> changes) {
    Response found = admin.get(path(path));
    if (found.status() != 200) {
      return found;
    }
    ObjectNode json = (ObjectNode) found.json();
    changes.forEach((field, value) -> json.set(field, JSON.valueToTree(value)));
    return admin.put(path(path), json.toString());
  }

  static String sid(Response tokens) {
    JsonNode claims = Realm.claims(tokens.text("access_token"));
    return claims.get("sid").asText();
  }

  URI server() {
    return server;
  }

  /** Where applications get their codes; nobody listens there. */
  static final String CALLBACK = "http://127.0.0.1/callback";

  FormBrowser browser() {
    return new FormBrowser(server, publicUrl);
  }

  /** The address of the authorization endpoint. */
  String authorization(String clientId, String responseType, Map<String, String> more) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("client_id", clientId);
    query.put("response_type", responseType);
    query.put("redirect_uri", CALLBACK);
    query.put("scope", "openid");
    query.put("nonce", "a-nonce");
    query.putAll(more);
    return endpoint("auth") + "?" + Http.encode(query);
  }

  /** Fills in the login form. */
  static FormBrowser.Page signIn(FormBrowser browser, FormBrowser.Page page, String user) {
    return browser.submit(
        passwordForm(browser, page, user),
        Map.of("username", user, "password", PASSWORD, "credentialId", ""));
  }

  /** With organizations, a login asks for the name first. */
  private static FormBrowser.Page passwordForm(
      FormBrowser browser, FormBrowser.Page page, String user) {
    return page.response().body().contains("name=\"password\"")
        ? page
        : browser.submit(page, Map.of("username", user));
  }

  /** Fills in the login form and ticks "remember me". */
  static FormBrowser.Page signInRemembered(
      FormBrowser browser, FormBrowser.Page page, String user) {
    return browser.submit(
        passwordForm(browser, page, user),
        Map.of("username", user, "password", PASSWORD, "rememberMe", "on"));
  }

  /** Logs in with a form and redeems the code. */
  Response browserLogin(FormBrowser browser, String clientId, String user) {
    return browserLogin(browser, clientId, user, Map.of());
  }

  Response browserLogin(
      FormBrowser browser, String clientId, String user, Map<String, String> more) {
    FormBrowser.Page page = browser.open(authorization(clientId, "code", more));
    return redeem(clientId, signIn(browser, page, user).parameter("code")).expect(200);
  }

  /** Logs in to the client that asks for consent, and gives it. */
  Response consentingLogin(FormBrowser browser, String user) {
    FormBrowser.Page page = browser.open(authorization("consenting", "code", Map.of()));
    FormBrowser.Page consent = signIn(browser, page, user);
    FormBrowser.Page sent = browser.submit(consent, Map.of("accept", "Yes"));
    return redeem("consenting", sent.parameter("code")).expect(200);
  }

  /** Logs in with a code of the client {@code device}. */
  Response deviceLogin(String user) {
    Response device = post("auth/device", Map.of("client_id", "device", "client_secret", SECRET));
    FormBrowser browser = browser();
    FormBrowser.Page page = browser.open(device.text("verification_uri_complete"));
    FormBrowser.Page grant = signIn(browser, page, user);
    browser.submit(grant, Map.of("accept", "Yes"));
    return token(
            "device",
            Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:device_code",
                "device_code",
                device.text("device_code")))
        .expect(200);
  }

  /** Comes back with the identity cookie, without a form. */
  Response singleSignOn(FormBrowser browser, String clientId) {
    FormBrowser.Page page = browser.open(authorization(clientId, "code", Map.of()));
    return redeem(clientId, page.parameter("code")).expect(200);
  }

  Response redeem(String clientId, String code) {
    return token(
        clientId,
        Map.of("grant_type", "authorization_code", "code", code, "redirect_uri", CALLBACK));
  }

  static Map<String, Object> merged(Map<String, Object> first, Map<String, Object> second) {
    Map<String, Object> all = new LinkedHashMap<>(first);
    all.putAll(second);
    return all;
  }

  /** Makes a user with the password of all users; its id. */
  String createUser(String user) {
    admin
        .post(
            path("/users"),
            Json.of(
                Map.of(
                    "username",
                    user,
                    "enabled",
                    true,
                    "email",
                    user + "@example.org",
                    "emailVerified",
                    true,
                    "firstName",
                    user,
                    "lastName",
                    "Path",
                    "credentials",
                    List.of(Map.of("type", "password", "value", PASSWORD)))))
        .expect(201);
    return userId(user);
  }

  /** Has a workflow of one step run on a user, as its schedule would. */
  void runWorkflow(String step, String userId) {
    runWorkflow(step, Map.of(), userId);
  }

  /** The same with a configuration of the step. */
  void runWorkflow(String step, Map<String, Object> config, String userId) {
    Map<String, Object> uses = config.isEmpty() ? Map.of() : Map.of("with", config);
    Response created =
        admin
            .post(
                path("/workflows"),
                Json.of(
                    Map.of(
                        "name",
                        step,
                        "enabled",
                        true,
                        "steps",
                        List.of(merged(Map.of("uses", step), uses)))))
            .expect(201);
    String location = created.header("Location");
    String id = location.substring(location.lastIndexOf('/') + 1);
    admin.post(path("/workflows/" + id + "/activate/USERS/" + userId), "{}").expect(204);
  }

  /** The account REST API, as the owner of a token. */
  Response account(Response tokens, String method, String path) {
    return Http.send(
        Http.request(url() + "/account" + path)
            .header("Authorization", "Bearer " + tokens.text("access_token"))
            .header("Accept", "application/json")
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  /** Gives a user the roles that the account console asks for. */
  void allowAccount(String user) {
    String account = clientUuid("account");
    List<JsonNode> roles = new ArrayList<>();
    for (String role :
        List.of(
            "manage-account",
            "view-profile",
            "manage-consent",
            "view-applications",
            "delete-account")) {
      roles.add(admin.get(path("/clients/" + account + "/roles/" + role)).expect(200).json());
    }
    admin
        .post(path("/users/" + userId(user) + "/role-mappings/clients/" + account), Json.of(roles))
        .expect(204);
  }

  void enableRequiredAction(String alias) {
    ObjectNode action =
        (ObjectNode)
            admin.get(path("/authentication/required-actions/" + alias)).expect(200).json();
    admin
        .put(
            path("/authentication/required-actions/" + alias),
            action.put("enabled", true).toString())
        .expect(204);
  }

  /** Has the password grant end the oldest session of a user that has too many. */
  void limitSessions(String flow, int limit) {
    String flows = path("/authentication/flows");
    admin.post(flows + "/direct%20grant/copy", Json.of(Map.of("newName", flow))).expect(201);
    admin
        .post(
            flows + "/" + flow + "/executions/execution",
            Json.of(Map.of("provider", "user-session-limits")))
        .expect(201);
    for (JsonNode execution : admin.get(flows + "/" + flow + "/executions").expect(200).json()) {
      if (execution.path("providerId").asText().equals("user-session-limits")) {
        admin
            .put(
                flows + "/" + flow + "/executions",
                ((ObjectNode) execution).put("requirement", "REQUIRED").toString())
            .expect(204);
        admin
            .post(
                path("/authentication/executions/" + execution.get("id").asText() + "/config"),
                Json.of(
                    Map.of(
                        "alias",
                        flow,
                        "config",
                        Map.of(
                            "userRealmLimit",
                            Integer.toString(limit),
                            "userClientLimit",
                            "0",
                            "behavior",
                            "Terminate oldest session"))))
            .expect(201);
      }
    }
    update("", Map.of("directGrantFlow", flow));
  }

  /** Makes a confidential client for the password grant and for itself. */
  void createClient(String clientId) {
    admin
        .post(
            path("/clients"),
            Json.of(
                Map.of(
                    "clientId",
                    clientId,
                    "secret",
                    SECRET,
                    "directAccessGrantsEnabled",
                    true,
                    "serviceAccountsEnabled",
                    true)))
        .expect(201);
  }

  Response serviceOf(String clientId) {
    return token(clientId, Map.of("grant_type", "client_credentials")).expect(200);
  }

  void failLogins(String user, int times) {
    for (int i = 0; i < times; i++) {
      Response refused =
          token(
              "cli",
              Map.of("grant_type", "password", "username", user, "password", "not the password"));
      if (refused.status() != 400 && refused.status() != 401) {
        throw new AssertionError(refused.status() + " " + refused.body());
      }
    }
  }

  Response post(String path, Map<String, String> form) {
    return Http.postForm(endpoint(path), form).expect(200);
  }

  /**
   * Has the tokens of a client name another one in their audience, so that it may exchange them.
   */
  void addAudience(String clientId, String audience) {
    admin
        .post(
            path("/clients/" + clientUuid(clientId) + "/protocol-mappers/models"),
            Json.of(
                Map.of(
                    "name",
                    "for-" + audience,
                    "protocol",
                    "openid-connect",
                    "protocolMapper",
                    "oidc-audience-mapper",
                    "config",
                    Map.of("included.client.audience", audience, "access.token.claim", "true"))))
        .expect(201);
  }
}
