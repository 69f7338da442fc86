package dev.bulwark.it.logout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/** A realm in which sessions end, with the durable delivery switched on. */
final class LogoutRealm {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "correct-logout-battery";

  /** Where a browser takes the code of a login; nobody listens there. */
  private static final String CALLBACK = "http://127.0.0.1/callback";

  /** Settings that end no session during a test. */
  static final String USUAL_LIVES =
      Json.object(
          "ssoSessionIdleTimeout",
          1_800,
          "ssoSessionMaxLifespan",
          36_000,
          "offlineSessionIdleTimeout",
          2_592_000);

  private final AdminApi admin;
  private final Realm realm;

  private LogoutRealm(AdminApi admin, Realm realm) {
    this.admin = admin;
    this.realm = realm;
  }

  /** Makes the realm anew, with the users ann and ben and without a client. */
  static LogoutRealm create(URI server, AdminApi admin, String name) {
    admin.delete("/realms/" + name);
    ObjectNode json = JSON.createObjectNode().put("realm", name).put("enabled", true);
    json.put("passwordPolicy", "hashAlgorithm(pbkdf2-sha512) and hashIterations(1)");
    json.putObject("attributes").put("backchannelLogout.durable", "true");
    for (String user : new String[] {"ann", "ben"}) {
      ObjectNode person = person(user);
      person.putArray("realmRoles").add("offline_access");
      json.withArray("users").add(person);
    }
    admin.makeRealm(json.toString());
    return new LogoutRealm(admin, new Realm(server, name));
  }

  private static ObjectNode person(String user) {
    ObjectNode person = JSON.createObjectNode().put("username", user).put("enabled", true);
    person.put("email", user + "@example.org").put("emailVerified", true);
    person.put("firstName", "A").put("lastName", "B");
    person.putArray("credentials").addObject().put("type", "password").put("value", PASSWORD);
    return person;
  }

  /** Adds a user with the password of all users. */
  void addUser(String name) {
    admin.post(path("/users"), person(name).toString()).expect(201);
  }

  /** Deletes a user, who may be gone. */
  void removeUser(String name) {
    JsonNode users = admin.get(path("/users?exact=true&username=" + name)).expect(200).json();
    users.forEach(user -> admin.delete(path("/users/" + user.get("id").asText())).expect(204));
  }

  void removeClient(String clientId) {
    admin.delete(path("/clients/" + clientUuid(clientId))).expect(204);
  }

  /** The same realm at another node. */
  LogoutRealm at(URI node, AdminApi adminOfNode) {
    return new LogoutRealm(adminOfNode, new Realm(node, realm.name()));
  }

  String url() {
    return realm.url();
  }

  String name() {
    return realm.name();
  }

  AdminApi admin() {
    return admin;
  }

  /** Path of the Admin REST API below the realm. */
  String path(String below) {
    return "/realms/" + realm.name() + below;
  }

  String userId(String name) {
    JsonNode users = admin.get(path("/users?exact=true&username=" + name)).expect(200).json();
    return users.get(0).get("id").asText();
  }

  String clientUuid(String clientId) {
    return admin
        .get(path("/clients?clientId=" + clientId))
        .expect(200)
        .json()
        .get(0)
        .get("id")
        .asText();
  }

  /** Adds a public client with a password grant. */
  void client(String clientId, Map<String, String> attributes) {
    ObjectNode json = JSON.createObjectNode().put("clientId", clientId).put("publicClient", true);
    json.put("directAccessGrantsEnabled", true).put("standardFlowEnabled", false);
    json.putArray("redirectUris").add("https://" + clientId + ".example.org/*");
    ObjectNode all = json.putObject("attributes");
    all.put("backchannel.logout.session.required", "true");
    attributes.forEach(all::put);
    admin.post(path("/clients"), json.toString()).expect(201);
  }

  /** Adds a client that is notified at a URL. */
  void notified(String clientId, String url) {
    client(clientId, Map.of("backchannel.logout.url", url));
  }

  /** Changes attributes of a client. */
  void change(String clientId, Map<String, String> attributes) {
    String path = path("/clients/" + clientUuid(clientId));
    ObjectNode json = (ObjectNode) admin.get(path).expect(200).json();
    attributes.forEach(json.withObject("attributes")::put);
    admin.put(path, json.toString()).expect(204);
  }

  /** Enables or disables a client. */
  void enable(String clientId, boolean enabled) {
    String path = path("/clients/" + clientUuid(clientId));
    ObjectNode json = (ObjectNode) admin.get(path).expect(200).json();
    admin.put(path, json.put("enabled", enabled).toString()).expect(204);
  }

  /** Has a client told of logouts in the browser, and not at its back-channel logout URL. */
  void useFrontChannel(String clientId) {
    String path = path("/clients/" + clientUuid(clientId));
    ObjectNode json = (ObjectNode) admin.get(path).expect(200).json();
    admin.put(path, json.put("frontchannelLogout", true).toString()).expect(204);
  }

  /** Lets users log in to a client with a browser too. */
  void withBrowser(String clientId) {
    String path = path("/clients/" + clientUuid(clientId));
    ObjectNode json = (ObjectNode) admin.get(path).expect(200).json();
    json.put("standardFlowEnabled", true).withArray("redirectUris").add(CALLBACK);
    admin.put(path, json.toString()).expect(204);
  }

  /** Logs ann in with a browser, which needs no password if it has a session. */
  Response browserLogin(FormBrowser browser, String clientId, String scope) {
    return browserLogin(browser, clientId, "ann", scope, () -> {});
  }

  /**
   * Does the same for any user.
   *
   * @param atPage what happens while the login page is open
   */
  Response browserLogin(
      FormBrowser browser, String clientId, String user, String scope, Runnable atPage) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("client_id", clientId);
    query.put("response_type", "code");
    query.put("redirect_uri", CALLBACK);
    query.put("scope", scope);
    FormBrowser.Page page = browser.open(realm.endpoint("auth") + "?" + Http.encode(query));
    if (!page.url().startsWith(CALLBACK)) {
      atPage.run();
      page =
          browser.submit(page, Map.of("username", user, "password", PASSWORD, "credentialId", ""));
    }
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "authorization_code");
    form.put("client_id", clientId);
    form.put("code", page.parameter("code"));
    form.put("redirect_uri", CALLBACK);
    return Http.postForm(realm.endpoint("token"), form).expect(200);
  }

  /** Logs the user of a browser out, of all applications. */
  void browserLogout(FormBrowser browser, Response login) {
    browser.open(realm.endpoint("logout") + "?id_token_hint=" + login.text("id_token"));
  }

  /** Changes settings of the realm. */
  void change(String json) {
    admin.put("/realms/" + realm.name(), json).expect(204);
  }

  Response login(String clientId, String user, String scope) {
    return login(clientId, user, PASSWORD, scope);
  }

  Response login(String clientId, String user, String password, String scope) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("client_id", clientId);
    form.put("username", user);
    form.put("password", password);
    form.put("scope", scope);
    return Http.postForm(realm.endpoint("token"), form).expect(200);
  }

  Response login(String clientId, String user) {
    return login(clientId, user, "openid");
  }

  static String sid(Response login) {
    return Realm.claims(login.text("access_token")).get("sid").asText();
  }

  Response refresh(String clientId, Response login) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of(
            "grant_type",
            "refresh_token",
            "client_id",
            clientId,
            "refresh_token",
            login.text("refresh_token")));
  }

  /** Ends the session with its refresh token. */
  void logout(String clientId, Response login) {
    Http.postForm(
            realm.endpoint("logout"),
            Map.of("client_id", clientId, "refresh_token", login.text("refresh_token")))
        .expect(204);
  }

  JsonNode dead() {
    return admin.get(path("/backchannel-logout/dead")).expect(200).json();
  }

  JsonNode failing() {
    return admin.get(path("/backchannel-logout/failing")).expect(200).json();
  }

  void delete() {
    admin.delete("/realms/" + realm.name());
  }
}
