package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * K10: the owner hears of what administrators do to keys, and an administrator who lacks the roles
 * of a key's scopes gets no such key.
 */
@SharedRealm
class KeysByAdministratorsIT {

  private static final String PATH = "/realms/app/api-keys";
  private static final String REFUSED = "impersonation_required";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();
  private final List<String> ofMaster = new ArrayList<>();

  @AfterEach
  void deleteAdministratorsOfMaster() {
    ofMaster.forEach(id -> admin.delete("/realms/master/users/" + id).expect(204));
  }

  @Test
  void theOwnerGetsAMailAndAnEventForEachChange() {
    String alice = admin.userId("alice");
    try (Inbox inbox = new Inbox(admin)) {
      JsonNode made = make("user", alice, "made for alice", "tasks:read");
      String id = made.get("id").asText();
      List<Inbox.Mail> mails = inbox.await("alice@", 1);
      assertThat(mails.get(0).subject()).isEqualTo("An administrator created an API key");
      assertThat(mails.get(0).text())
          .contains("An administrator created an API key for your account", "made for alice")
          .doesNotContain("IP address", made.get("key").asText());

      String next =
          admin
              .post(PATH + "/" + id + "/rotate", Json.object("overlapSeconds", 60))
              .expect(201)
              .text("id");
      assertThat(inbox.await("alice@", 2).get(1).subject())
          .isEqualTo("An administrator created an API key");
      admin.patch(PATH + "/" + next, Json.object("scopes", List.of())).expect(200);
      assertThat(inbox.await("alice@", 3).get(2).subject())
          .isEqualTo("An administrator changed an API key");
      admin.delete(PATH + "/" + next).expect(204);
      assertThat(inbox.await("alice@", 4).get(3).subject())
          .isEqualTo("An administrator deleted an API key");

      assertThat(eventsOf(alice))
          .contains("created " + id, "rotated " + id, "created " + next, "updated " + next)
          .contains("revoked " + next);
      String stored = admin.get("/realms/app/events?user=" + alice).expect(200).body();
      assertThat(stored).doesNotContain(made.get("key").asText(), "\"ipAddress\":\"127.0.0.1\"");
    }
  }

  /** In the language of the owner, whatever that of the administrator is. */
  @Test
  void theMailIsInTheLanguageOfTheOwner() {
    user("gerda", ", \"attributes\": {\"locale\": [\"de\"]}");
    try (Inbox inbox = new Inbox(admin)) {
      make("user", admin.userId("gerda"), "für Gerda", "tasks:read");
      Inbox.Mail mail = inbox.await("gerda@", 1).get(0);
      assertThat(mail.subject()).isEqualTo("Die Administration hat einen API-Schlüssel erstellt");
      assertThat(mail.html()).contains("<html lang=\"de\"", "für Gerda");
    }
  }

  @Test
  void anImportMakesOneMailForEachOwner() {
    user("many", "");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 45; i++) {
      rows.append(row("many", "many-imported-key-" + i)).append('\n');
    }
    rows.append(row("bob", "bobs-imported-key-0123456789")).append('\n');
    try (Inbox inbox = new Inbox(admin)) {
      importRows(AdminApi.token(stack.url()), rows.toString());
      Inbox.Mail mail = inbox.await("many@", 1).get(0);
      assertThat(mail.subject()).isEqualTo("An administrator imported API keys");
      assertThat(inbox.await("bob@", 1)).hasSize(1);
      // Again: nothing is new, so nobody hears of it. The next mail shows that there was none.
      importRows(AdminApi.token(stack.url()), rows.toString());
      make("user", admin.userId("many"), "the last", "tasks:read");
      assertThat(inbox.await("many@", 2))
          .extracting(Inbox.Mail::subject)
          .containsExactly(
              "An administrator imported API keys", "An administrator created an API key");
      assertThat(inbox.to("bob@")).hasSize(1);
    }
    assertThat(eventsOf(admin.userId("many")).stream().filter(one -> one.startsWith("imported")))
        .hasSize(45);
  }

  /** Roles of the administrator, and whether a key of carol's may have the scope admin. */
  @Test
  void scopesThatTheAdministratorCouldNotGetNeedImpersonation() {
    String carol = admin.userId("carol");
    Map<String, Boolean> callers = new TreeMap<>();
    callers.put(administrator("m-users", "manage-users"), false);
    callers.put(administrator("m-impersonator", "manage-users", "impersonation"), true);
    callers.put(administrator("m-realm-admin", "realm-admin"), true);
    callers.put(administratorWithRole("m-app-admin"), true);
    callers.put(serviceAccount("m-service", "manage-users"), false);
    callers.put(serviceAccount("m-service-2", "manage-users", "impersonation"), true);
    callers.put(ofMaster("m-master", "manage-users"), false);
    callers.put(ofMaster("m-master-2", "manage-users", "impersonation"), true);
    callers.forEach(
        (token, isAllowed) -> {
          String who = Realm.claims(token).path("preferred_username").asText();
          Response made = as(token, "POST", "", Keys.bodyOf("user", carol, "by " + who, "admin"));
          assertThat(made.status()).as(who + made.body()).isEqualTo(isAllowed ? 201 : 403);
          if (!isAllowed) {
            assertThat(made.text("error")).isEqualTo(REFUSED);
            assertThat(made.text("detail")).contains("admin", "impersonation", "realm-admin");
          }
          as(token, "POST", "", Keys.bodyOf("user", carol, "less by " + who, "tasks:read"))
              .expect(201);
        });
  }

  /** Every way to a usable secret, or to a wider one. */
  @Test
  void noWayAroundTheRule() throws Exception {
    String carol = admin.userId("carol");
    JsonNode powerful =
        admin
            .post(
                PATH,
                Json.object(
                    "name",
                    "powerful",
                    "scopes",
                    List.of("admin", "tasks:read"),
                    "expiresAt",
                    Instant.now().plus(Duration.ofDays(20)).toString(),
                    "allowedNetworks",
                    List.of("198.51.100.0/24"),
                    "rateLimit",
                    Map.of("requests", 10, "seconds", 60),
                    "owner",
                    Map.of("type", "user", "id", carol)))
            .expect(201)
            .json();
    String path = "/" + powerful.get("id").asText();
    String token = administrator("w-users", "manage-users");

    refused(as(token, "POST", path + "/rotate", Json.object("overlapSeconds", 0)));
    refused(as(token, "POST", path + "/rotate", Json.object("overlapSeconds", 60)));
    String later = Instant.now().plus(Duration.ofDays(40)).toString();
    refused(as(token, "PATCH", path, Json.object("expiresAt", later)));
    refused(as(token, "PATCH", path, Json.object("allowedNetworks", null)));
    refused(as(token, "PATCH", path, Json.object("allowedNetworks", List.of("0.0.0.0/0"))));
    refused(as(token, "PATCH", path, Json.object("rateLimit", null)));
    refused(as(token, "PATCH", path, Json.object("rateLimit", Map.of("requests", 11))));
    // What narrows it, or changes nothing that it is good for, is everybody's who manages users.
    String sooner = Instant.now().plus(Duration.ofDays(10)).toString();
    as(token, "PATCH", path, Json.object("expiresAt", sooner)).expect(200);
    as(token, "PATCH", path, Json.object("name", "renamed")).expect(200);
    as(token, "PATCH", path, Json.object("rateLimit", Map.of("requests", 5))).expect(200);
    as(token, "PATCH", path, Json.object("active", false)).expect(200);
    refused(as(token, "PATCH", path, Json.object("active", true)));
    as(token, "PATCH", path, Json.object("scopes", List.of("tasks:read"))).expect(200);
    as(token, "PATCH", path, Json.object("active", true)).expect(200);
    refused(as(token, "PATCH", path, Json.object("scopes", List.of("tasks:read", "admin"))));
    as(token, "DELETE", path, null).expect(204);

    // A secret that the administrator has chosen, by an import and by Keycloak's own Admin API.
    String chosen = "chosen-by-the-administrator-0";
    JsonNode report = importRows(token, row("carol", chosen, "admin"));
    assertThat(report.at("/errors/0/error").asText()).isEqualTo(REFUSED);
    ObjectNode user = (ObjectNode) admin.get("/realms/app/users/" + carol).expect(200).json();
    user.putArray("credentials").add(ForeignKeys.credential(chosen, "mine", "admin"));
    String users = stack.url() + "/admin/realms/app/users";
    Response put = send(token, "PUT", users + "/" + carol, user.toString());
    assertThat(put.status()).as(put.body()).isEqualTo(400);
    for (String other : List.of("/users;a=b/", "/users/;a=b/", "//users/", "/%75sers/")) {
      String url = stack.url() + "/admin/realms/app" + other + carol;
      assertThat(send(token, "PUT", url, user.toString()).status()).as(url).isBetween(400, 499);
    }
    ObjectNode stranger = new ObjectMapper().createObjectNode().put("username", "stranger");
    stranger.put("enabled", true);
    stranger.putArray("credentials").add(ForeignKeys.credential(chosen, "mine", "admin"));
    assertThat(send(token, "POST", users, stranger.toString()).status()).isEqualTo(400);
    as(token, "POST", "/reindex", null).expect(200);
    assertThat(keys.isGood(chosen)).isFalse();
  }

  @Test
  void keysOfClientsFollowTheSameRule() {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "powerful-service", "serviceAccountsEnabled": true,
             "optionalClientScopes": ["tasks:read", "admin"]}
            """)
        .expect(201);
    String uuid = admin.clientUuid("powerful-service");
    String account =
        admin.get("/realms/app/clients/" + uuid + "/service-account-user").expect(200).text("id");
    giveRealmRole(account, "admin");
    String token = administrator("c-clients", "manage-clients");
    refused(as(token, "POST", "", Keys.bodyOf("client", uuid, "c", "admin")));
    as(token, "POST", "", Keys.bodyOf("client", uuid, "c", "tasks:read")).expect(201);
    String both = administrator("c-both", "manage-clients", "impersonation");
    as(both, "POST", "", Keys.bodyOf("client", uuid, "c", "admin")).expect(201);
    assertThat(admin.get("/realms/app/events?client=powerful-service").expect(200).body())
        .contains("\"api_key_administrator\":\"c-both\"");
  }

  private void refused(Response answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(403);
    assertThat(answer.text("error")).isEqualTo(REFUSED);
  }

  private JsonNode make(String type, String owner, String name, String... scopes) {
    return admin.post(PATH, Keys.bodyOf(type, owner, name, scopes)).expect(201).json();
  }

  /** What administrators did to keys of a user, by the user's own events. */
  private List<String> eventsOf(String userId) {
    List<String> found = new ArrayList<>();
    for (JsonNode event :
        admin.get("/realms/app/events?max=500&user=" + userId).expect(200).json()) {
      JsonNode details = event.get("details");
      if (details.has("api_key_administrator")) {
        assertThat(details.get("api_key_administrator").asText())
            .isEqualTo(TestStack.ADMIN_USERNAME);
        assertThat(details.get("api_key_administrator_realm").asText()).isEqualTo("master");
        found.add(details.get("api_key_action").asText() + " " + details.get("api_key").asText());
      }
    }
    return found;
  }

  private static String row(String username, String key, String... scopes) {
    return Json.object(
        "username",
        username,
        "hash",
        ForeignKeys.sha256(key),
        "name",
        "imported",
        "scopes",
        List.of(scopes));
  }

  private JsonNode importRows(String token, String rows) {
    return Http.send(
            Http.request(stack.url() + "/admin" + PATH + "/import")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(rows)))
        .expect(200)
        .json();
  }

  private Response as(String token, String method, String path, @Nullable String json) {
    return send(token, method, stack.url() + "/admin" + PATH + path, json);
  }

  private static Response send(String token, String method, String url, @Nullable String json) {
    return Http.send(
        Http.request(url)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(
                method,
                json == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(json)));
  }

  private String user(String name, String more) {
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
             "emailVerified": true, "firstName": "A", "lastName": "B",
             "credentials": [{"type": "password", "value": "%2$s"}]%3$s}
            """
                .formatted(name, Realm.PASSWORD, more))
        .expect(201);
    return admin.userId(name);
  }

  /** A token of a user of the realm with roles of realm-management. */
  private String administrator(String name, String... roles) {
    String id = user(name, "");
    for (String role : roles) {
      giveAdminRole(id, role);
    }
    return AccountApi.of(realm, admin).token(name);
  }

  /** Of one who may manage users and has the application's role of an administrator. */
  private String administratorWithRole(String name) {
    String id = user(name, "");
    giveAdminRole(id, "manage-users");
    giveRealmRole(id, "admin");
    return AccountApi.of(realm, admin).token(name);
  }

  private String serviceAccount(String clientId, String... roles) {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "%s", "serviceAccountsEnabled": true, "secret": "%s",
             "fullScopeAllowed": true}
            """
                .formatted(clientId, Realm.PASSWORD))
        .expect(201);
    String account =
        admin
            .get("/realms/app/clients/" + admin.clientUuid(clientId) + "/service-account-user")
            .expect(200)
            .text("id");
    for (String role : roles) {
      giveAdminRole(account, role);
    }
    return realm
        .clientCredentials(clientId, Realm.PASSWORD, Map.of())
        .expect(200)
        .text("access_token");
  }

  private String ofMaster(String name, String... roles) {
    AdminKeys.createAdministrator(admin, name, roles);
    ofMaster.add(
        admin
            .get("/realms/master/users?exact=true&username=" + name)
            .expect(200)
            .json()
            .get(0)
            .get("id")
            .asText());
    return Http.postForm(
            stack.url() + "/realms/master/protocol/openid-connect/token",
            Map.of(
                "grant_type",
                "password",
                "client_id",
                "admin-cli",
                "scope",
                "openid profile",
                "username",
                name,
                "password",
                Realm.PASSWORD))
        .expect(200)
        .text("access_token");
  }

  private void giveAdminRole(String userId, String role) {
    admin.post(adminRoles(userId), "[" + adminRole(role) + "]").expect(204);
  }

  private String adminRoles(String userId) {
    return "/realms/app/users/"
        + userId
        + "/role-mappings/clients/"
        + admin.clientUuid("realm-management");
  }

  private JsonNode adminRole(String role) {
    String management = admin.clientUuid("realm-management");
    return admin.get("/realms/app/clients/" + management + "/roles/" + role).expect(200).json();
  }

  private void giveRealmRole(String userId, String role) {
    JsonNode found = admin.get("/realms/app/roles/" + role).expect(200).json();
    admin
        .post("/realms/app/users/" + userId + "/role-mappings/realm", "[" + found + "]")
        .expect(204);
  }
}
