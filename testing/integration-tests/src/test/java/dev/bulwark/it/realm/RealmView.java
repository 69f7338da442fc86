package dev.bulwark.it.realm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a realm shows to everybody, to a user and to an administrator, and what it writes to the
 * database meanwhile. What differs from one look to the next is left out. For one look.
 */
final class RealmView {

  static final String BROWSER = "web";
  static final String SERVICE = "service";
  static final String SECRET = "plain-service-secret";

  private static final ObjectMapper SORTED =
      JsonMapper.builder()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** How often somebody guesses a password. */
  private static final int GUESSES = 12;

  private static final String CALLBACK = "http://127.0.0.1:1/back";
  private static final Pattern VARYING =
      Pattern.compile(
          String.join(
              "|",
              "(?<=(session_code|tab_id|client_data|code|session_state|state)=)[\\w.-]+",
              "(?<=/resources/)\\w+",
              "(?<=checkAuthSession.{1,60})[\\w+/]{40,}",
              "(?<=(tabId|sessionCode)\\W{1,4})[\\w+/=-]{8,}"),
          Pattern.DOTALL);

  /** Members of JSON that say when, or of which session. */
  private static final Set<String> MEMBERS =
      Set.of(
          "time",
          "failedLoginNotBefore",
          "expires_in",
          "refresh_expires_in",
          "not_before",
          "sessionId",
          "code_id",
          "iat",
          "exp",
          "auth_time",
          "jti",
          "sid",
          "started",
          "lastAccess",
          "start",
          "expires",
          "lastUpdatedDate",
          "lastIPFailure",
          "lastFailure",
          "access_token",
          "refresh_token",
          "id_token",
          "session_state",
          "token_id",
          "at_hash",
          "refresh_token_id",
          "updated_refresh_token_id",
          "username_hash",
          "browser",
          "device");

  private final URI server;
  private final Realm realm;
  private final AdminApi admin;
  private final DatabaseProcess database;
  private final SortedMap<String, String> seen = new TreeMap<>();

  RealmView(URI server, String realm, AdminApi admin, DatabaseProcess database) {
    this.server = server;
    this.realm = new Realm(server, realm);
    this.admin = admin;
    this.database = database;
  }

  /** What was seen, by where; the user {@code ann} logs in and out, and somebody guesses. */
  SortedMap<String, String> look() {
    Map<String, Long> rows = rows();
    for (String document :
        List.of("openid-configuration", "oauth-authorization-server", "uma2-configuration")) {
      note(document, Http.get(realm.url() + "/.well-known/" + document));
    }
    note("keys", Http.get(realm.endpoint("certs")));
    note("realm", Http.get(realm.url()));
    byBrowser();
    byApplication();
    rows()
        .forEach(
            (table, count) -> {
              if (!count.equals(rows.get(table))) {
                seen.put("rows of " + table, Long.toString(count - rows.getOrDefault(table, 0L)));
              }
            });
    guess();
    byAdministrator();
    return seen;
  }

  private void byBrowser() {
    FormBrowser browser = new FormBrowser(server);
    String login =
        realm.endpoint("auth")
            + "?response_type=code&scope=openid&state=1&client_id="
            + BROWSER
            + "&redirect_uri="
            + Http.encode(CALLBACK);
    FormBrowser.Page page = browser.open(login);
    note("login page", page.response());
    page = browser.submit(page, Map.of("username", "ann", "password", "wrong"));
    note("wrong password", page.response());
    Response in = browser.submitOnly(page, Map.of("username", "ann", "password", Realm.PASSWORD));
    note("logged in", in);
    note("cookies", browser.setCookies().stream().map(RealmView::withoutValue).toList().toString());
    note("second login", browser.open(realm.url() + "/account").response());
  }

  private static String withoutValue(String cookie) {
    return cookie.replaceAll("=[^;]*", "=").replaceAll("(?i)expires=[^;]*", "");
  }

  private void byApplication() {
    Response tokens =
        Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type", "password",
                "client_id", BROWSER,
                "username", "ann",
                "password", Realm.PASSWORD,
                "scope", "openid"));
    note("password grant", tokens);
    String access = tokens.text("access_token");
    note("access token", Realm.claims(access));
    note("ID token", Realm.claims(tokens.text("id_token")));
    String[] bearer = {"Authorization", "Bearer " + access, "Accept", "application/json"};
    note("user info", Http.get(realm.endpoint("userinfo"), bearer));
    for (String path :
        List.of(
            "",
            "/credentials",
            "/sessions",
            "/applications",
            "/linked-accounts",
            "/groups",
            "/supportedLocales")) {
      note("account" + path, Http.get(realm.url() + "/account" + path, bearer));
    }
    Response refreshed =
        Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type",
                "refresh_token",
                "client_id",
                BROWSER,
                "refresh_token",
                tokens.text("refresh_token")));
    note("refresh", refreshed);
    note(
        "introspection",
        service("token/introspect", Map.of("token", refreshed.text("access_token"))));
    note("client credentials", service("token", Map.of("grant_type", "client_credentials")));
    note(
        "wrong secret",
        Http.postForm(
            realm.endpoint("token"),
            Map.of("grant_type", "client_credentials"),
            "Authorization",
            Realm.basic(SERVICE, "wrong")));
    note("no such grant", service("token", Map.of("grant_type", "urn:example:none")));
    note(
        "API key's grant",
        service("token", Map.of("grant_type", "urn:bulwark:params:oauth:grant-type:api-key")));
    note(
        "logout",
        Http.postForm(
            realm.endpoint("logout"),
            Map.of("client_id", BROWSER, "refresh_token", refreshed.text("refresh_token"))));
    for (String path : List.of("api-keys", "api-keys/verify", "token-status")) {
      note(path, Http.get(realm.url() + "/" + path));
    }
    note("global revocation", Http.postForm(realm.url() + "/global-token-revocation", Map.of()));
  }

  private Response service(String endpoint, Map<String, String> form) {
    return Http.postForm(
        realm.endpoint(endpoint), form, "Authorization", Realm.basic(SERVICE, SECRET));
  }

  private void guess() {
    List<String> answers = new ArrayList<>();
    for (int guess = 0; guess < GUESSES; guess++) {
      Response answer =
          Http.postForm(
              realm.endpoint("token"),
              Map.of(
                  "grant_type",
                  "password",
                  "client_id",
                  BROWSER,
                  "username",
                  "ben",
                  "password",
                  "guess-" + guess));
      answers.add(answer.status() + " " + answer.body());
    }
    note("guesses", answers.toString());
  }

  private void byAdministrator() {
    String base = "/realms/" + realm.name();
    String ann = base + "/users/" + userId("ann");
    List<String> paths =
        new ArrayList<>(
            List.of(
                base,
                base + "/users",
                base + "/users/profile",
                base + "/users/profile/metadata",
                base + "/clients",
                base + "/client-scopes",
                base + "/roles",
                base + "/groups",
                base + "/components",
                base + "/keys",
                base + "/authentication/flows",
                base + "/authentication/required-actions",
                base + "/events/config",
                base + "/client-policies/policies",
                base + "/client-policies/profiles",
                base + "/credential-registrators",
                base + "/localization",
                base + "/default-default-client-scopes",
                base + "/identity-provider/instances",
                base + "/client-types",
                ann,
                ann + "/credentials",
                ann + "/sessions",
                ann + "/consents",
                ann + "/configured-user-storage-credential-types",
                base + "/attack-detection/brute-force/users/" + userId("ben")));
    for (JsonNode flow : admin.get(base + "/authentication/flows").expect(200).json()) {
      paths.add(
          base
              + "/authentication/flows/"
              + Http.encode(flow.get("alias").asText()).replace("+", "%20")
              + "/executions");
    }
    for (JsonNode action :
        admin.get(base + "/authentication/required-actions").expect(200).json()) {
      String of = base + "/authentication/required-actions/" + action.get("alias").asText();
      paths.add(of + "/config");
      paths.add(of + "/config-description");
    }
    for (String path : paths) {
      note("admin " + path, admin.get(path));
    }
    note(
        "export",
        admin.post(base + "/partial-export?exportClients=true&exportGroupsAndRoles=true", "{}"));
    note("events", admin.get(base + "/events?max=100"));
    note("admin events", admin.get(base + "/admin-events?max=100"));
    for (String path : List.of("/api-keys", "/login-limits/refusals")) {
      note("admin " + path, admin.get(base + path));
    }
  }

  private String userId(String name) {
    return admin
        .get("/realms/" + realm.name() + "/users?exact=true&username=" + name)
        .expect(200)
        .json()
        .get(0)
        .get("id")
        .asText();
  }

  private void note(String what, Response response) {
    Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
    headers.keySet().removeAll(Set.of("date", "set-cookie", "content-length", ":status"));
    String body = response.body();
    boolean isJson =
        headers.getOrDefault("content-type", List.of("")).get(0).contains("json")
            && !body.isEmpty();
    JsonNode json = isJson ? withoutMembers(response.json()) : Json.parse("{}");
    if (json.isArray() && (what.contains("sessions") || what.contains("events"))) {
      json.forEach(each -> ((ObjectNode) each).put("id", "*"));
    }
    String text = isJson ? sorted(json) : body;
    note(what, response.status() + "\n" + headers + "\n" + text);
  }

  private void note(String what, JsonNode json) {
    note(what, sorted(withoutMembers(json)));
  }

  private void note(String what, String text) {
    String address = server.toString().replaceAll("/$", "");
    String same = text.replace(address, "SERVER").replace(Http.encode(address), "SERVER");
    seen.put(what, VARYING.matcher(same).replaceAll("*"));
  }

  /** The members of an object come in any order. */
  private static String sorted(JsonNode json) {
    try {
      return SORTED.writeValueAsString(SORTED.treeToValue(json, Object.class));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode withoutMembers(JsonNode node) {
    if (node instanceof ObjectNode object) {
      Iterator<Map.Entry<String, JsonNode>> members = object.fields();
      while (members.hasNext()) {
        Map.Entry<String, JsonNode> member = members.next();
        if (MEMBERS.contains(member.getKey())) {
          member.setValue(Json.parse("\"*\""));
        } else {
          withoutMembers(member.getValue());
        }
      }
    } else if (node instanceof ArrayNode array) {
      array.forEach(RealmView::withoutMembers);
      sortTexts(array);
    }
    return node;
  }

  /** Keycloak reads the names of scopes, for one, in any order. */
  private static void sortTexts(ArrayNode array) {
    List<JsonNode> texts = new ArrayList<>();
    array.forEach(texts::add);
    if (texts.stream().allMatch(JsonNode::isTextual)) {
      texts.sort(Comparator.comparing(JsonNode::asText));
      array.removeAll().addAll(texts);
    }
  }

  /** How many rows each table has. */
  private Map<String, Long> rows() {
    Map<String, Long> rows = new HashMap<>();
    database
        .sql(
            "SELECT table_name || ' ' || (xpath('/row/n/text()', query_to_xml("
                + "'SELECT count(*) AS n FROM ' || quote_ident(table_name), false, true, '')))[1]"
                + " FROM information_schema.tables WHERE table_schema = 'public'")
        .lines()
        .map(line -> line.strip().split(" "))
        .forEach(row -> rows.put(row[0], Long.parseLong(row[1])));
    return rows;
  }
}
