package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.apikey.RestResources.Endpoint;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * K4: whatever roles the owner has, the token of her key opens nothing of Keycloak itself. The
 * resources are read from the server's own annotations, so that none is forgotten.
 */
@SharedRealm
@Tag("slow")
class KeyTokenReachIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final Keys KEYS = new Keys(REALM);
  private static final AdminApi ADMIN = STACK.admin();
  private static final String OWNER = "dora";

  /** With every scope of the key that the realm has. */
  private static String key = "";

  @BeforeAll
  static void anOwnerWhoMayDoEverything() {
    ADMIN
        .post(
            "/realms/app/users",
            """
            {"username": "dora", "enabled": true, "email": "dora@example.org",
             "emailVerified": true, "firstName": "D", "lastName": "R",
             "credentials": [{"type": "password", "value": "%s"}]}
            """
                .formatted(Realm.PASSWORD))
        .expect(201);
    String user = "/realms/app/users/" + ADMIN.userId(OWNER) + "/role-mappings";
    for (String client : List.of("realm-management", "account", "broker")) {
      String uuid = ADMIN.clientUuid(client);
      JsonNode roles = ADMIN.get("/realms/app/clients/" + uuid + "/roles").expect(200).json();
      ADMIN.post(user + "/clients/" + uuid, roles.toString()).expect(204);
    }
    JsonNode admin = ADMIN.get("/realms/app/roles/admin").expect(200).json();
    ADMIN.post(user + "/realm", "[" + admin + "]").expect(204);
    client(
        """
        {"clientId": "wide", "secret": "wide-secret", "fullScopeAllowed": true,
         "directAccessGrantsEnabled": true, "serviceAccountsEnabled": true,
         "authorizationServicesEnabled": true,
         "attributes": {"standard.token.exchange.enabled": "true"},
         "defaultClientScopes": ["basic", "roles"],
         "optionalClientScopes": ["tasks:read", "tasks:write", "admin"]}
        """);
    client(
        """
        {"clientId": "light", "secret": "light-secret", "fullScopeAllowed": true,
         "directAccessGrantsEnabled": true,
         "attributes": {"client.use.lightweight.access.token.enabled": "true"},
         "defaultClientScopes": ["basic", "roles"],
         "optionalClientScopes": ["tasks:read", "tasks:write", "admin"]}
        """);
    String authorization =
        "/realms/app/clients/" + ADMIN.clientUuid("wide") + "/authz/resource-server";
    ObjectNode settings = (ObjectNode) ADMIN.get(authorization).expect(200).json();
    settings.put("policyEnforcementMode", "PERMISSIVE");
    ADMIN.put(authorization, settings.toString()).expect(204);
    ADMIN.post(authorization + "/resource", Json.object("name", "open to all")).expect(201);
    key = KEYS.made(OWNER, "all", "tasks:read", "tasks:write", "admin").get("key").asText();
  }

  private static void client(String json) {
    ADMIN.post("/realms/app/clients", json).expect(201);
  }

  /** The token of the key, issued to a client that passes on all that its users may do. */
  private static String keyToken(String client) {
    return exchange(client).expect(200).text("access_token");
  }

  private static Response exchange(String client) {
    return Http.postForm(
        REALM.endpoint("token"),
        Map.of("grant_type", Keys.GRANT),
        "X-API-Key",
        key,
        "Authorization",
        basic(client));
  }

  private static String basic(String client) {
    return Realm.basic(client, client + "-secret");
  }

  private static String ordinaryToken(String client) {
    return Http.postForm(
            REALM.endpoint("token"),
            Map.of("grant_type", "password", "username", OWNER, "password", Realm.PASSWORD),
            "Authorization",
            basic(client))
        .expect(200)
        .text("access_token");
  }

  private static Response call(Endpoint endpoint, @Nullable String token) {
    HttpRequest.Builder request =
        Http.request(STACK.url() + endpoint.path()).header("Accept", "application/json");
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    boolean form = endpoint.type().contains("form-urlencoded");
    if (List.of("POST", "PUT", "PATCH").contains(endpoint.verb())) {
      String type = endpoint.type().isEmpty() ? "application/json" : endpoint.type();
      request.header("Content-Type", type.contains("multipart") ? type + ";boundary=x" : type);
      request.method(endpoint.verb(), HttpRequest.BodyPublishers.ofString(form ? "" : "{}"));
    } else {
      request.method(endpoint.verb(), HttpRequest.BodyPublishers.noBody());
    }
    return Http.send(request);
  }

  private static boolean isPage(Endpoint endpoint) {
    return endpoint.path().matches("/admin(/index\\.html|/app/console.*)?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wide", "light"})
  void noAdminResourceOpens(String client) {
    List<Endpoint> endpoints =
        RestResources.below("org.keycloak.services.resources.admin.AdminRoot").stream()
            .filter(endpoint -> !isPage(endpoint))
            .toList();
    assertThat(endpoints).hasSizeGreaterThan(300);
    List<Endpoint> all = new ArrayList<>(endpoints);
    all.add(new Endpoint("GET", "/admin/app/console/whoami", ""));
    for (String extension : List.of("api-keys", "ui-ext", "ui-ext/available-roles/users/x")) {
      all.add(new Endpoint("GET", "/admin/realms/app/" + extension, ""));
    }
    all.add(new Endpoint("POST", "/admin/realms/app/api-keys", ""));
    all.add(new Endpoint("DELETE", "/admin/realms/app/api-keys/x", ""));
    all.add(new Endpoint("GET", "/admin/realms/master/users", ""));
    assertThat(opened(all, keyToken(client))).isEmpty();

    // The same owner's ordinary token opens them: what is shown above is due to the key.
    String ordinary = ordinaryToken(client);
    long open =
        endpoints.stream()
            .filter(endpoint -> endpoint.verb().equals("GET"))
            .filter(endpoint -> call(endpoint, ordinary).status() == 200)
            .count();
    assertThat(open).isGreaterThan(40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wide", "light"})
  void noAccountResourceOpens(String client) {
    Collection<Endpoint> endpoints =
        RestResources.below("org.keycloak.services.resources.RealmsResource").stream()
            .filter(endpoint -> endpoint.path().startsWith("/realms/app/account"))
            .toList();
    assertThat(endpoints).hasSizeGreaterThan(30);
    assertThat(opened(endpoints, keyToken(client))).isEmpty();
    String ordinary = ordinaryToken(client);
    assertThat(call(new Endpoint("GET", "/realms/app/account", ""), ordinary).status())
        .isEqualTo(200);
  }

  private static List<String> opened(Collection<Endpoint> endpoints, String token) {
    List<String> opened = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      int status = call(endpoint, token).status();
      if (status != 401 && status != 403) {
        opened.add(endpoint + " answered " + status);
      }
    }
    return opened;
  }

  /** All other resources of a realm: what a stranger does not get, a key token does not get. */
  @Test
  void noOtherResourceGivesItMoreThanAStranger() {
    String token = keyToken("wide");
    List<Endpoint> endpoints =
        new ArrayList<>(
            RestResources.below("org.keycloak.services.resources.RealmsResource").stream()
                .filter(endpoint -> !endpoint.path().startsWith("/realms/app/account"))
                .toList());
    assertThat(endpoints).hasSizeGreaterThan(40);
    for (String provider : List.of("default", "openid-connect", "saml2-entity-descriptor")) {
      String path = "/realms/app/clients-registrations/" + provider;
      endpoints.add(new Endpoint("POST", path, ""));
      endpoints.add(new Endpoint("GET", path + "/wide", ""));
      endpoints.add(new Endpoint("PUT", path + "/wide", ""));
      endpoints.add(new Endpoint("DELETE", path + "/wide", ""));
    }
    for (String path : List.of("", "/x", "/x/rotate", "/verify", "/openapi")) {
      for (String verb : List.of("GET", "POST", "PATCH", "DELETE")) {
        endpoints.add(new Endpoint(verb, "/realms/app/api-keys" + path, ""));
      }
    }
    endpoints.add(new Endpoint("GET", "/realms/app/authz/protection/resource_set", ""));
    endpoints.add(new Endpoint("POST", "/realms/app/authz/protection/permission", ""));
    List<String> opened = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      int status = call(endpoint, token).status();
      if (status < 300 && call(endpoint, null).status() >= 300) {
        opened.add(endpoint + " answered " + status);
      }
    }
    assertThat(opened).isEmpty();
  }

  @Test
  void userInfoIsRefused() {
    assertThat(REALM.userInfo(keyToken("wide")).status()).isIn(401, 403);
    assertThat(REALM.userInfo(keyToken("light")).status()).isIn(401, 403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"access_token", "id_token", "refresh_token", "jwt"})
  void noOtherTokenIsMadeOfIt(String requested) {
    Response ordinary = tokenExchange(ordinaryToken("wide"), "access_token");
    assertThat(ordinary.status()).isEqualTo(200);
    Response refused = tokenExchange(keyToken("wide"), requested);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).doesNotContain("eyJ");
  }

  private static Response tokenExchange(String subject, String requested) {
    return Http.postForm(
        REALM.endpoint("token"),
        Map.of(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token",
            subject,
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:" + requested),
        "Authorization",
        basic("wide"));
  }

  /** UMA: an RPT would be an ordinary token of the owner. */
  @ParameterizedTest
  @ValueSource(strings = {"bearer", "subject", "claim", "claim-and-subject", "jwt-claim"})
  void noPermissionTicketIsMadeOfIt(String way) {
    String token = keyToken("wide");
    Response refused = uma(way, token, Map.of());
    assertThat(refused.status()).as(way).isIn(400, 401, 403);
    assertThat(refused.body()).doesNotContain("eyJ");
  }

  @Test
  void anOrdinaryTokenGetsAPermissionTicket() {
    assertThat(uma("bearer", ordinaryToken("wide"), Map.of()).status()).isEqualTo(200);
  }

  private static Response uma(String way, String token, Map<String, String> more) {
    Map<String, String> form = new LinkedHashMap<>(more);
    form.put("grant_type", "urn:ietf:params:oauth:grant-type:uma-ticket");
    form.put("audience", "wide");
    String authorization = basic("wide");
    switch (way) {
      case "bearer" -> authorization = "Bearer " + token;
      case "subject" -> form.put("subject_token", token);
      case "claim" -> form.put("claim_token", token);
      case "jwt-claim" -> {
        form.put("claim_token", "e30");
        form.put("claim_token_format", "urn:ietf:params:oauth:token-type:jwt");
        form.put("subject_token", token);
      }
      default -> {
        form.put("claim_token", token);
        form.put("subject_token", token);
      }
    }
    return Http.postForm(REALM.endpoint("token"), form, "Authorization", authorization);
  }

  @Test
  void anotherRealmDoesNotTakeIt() {
    String token = keyToken("wide");
    for (String path : List.of("/admin/realms", "/realms/master/account")) {
      assertThat(call(new Endpoint("GET", path, ""), token).status()).as(path).isEqualTo(401);
    }
  }

  /** Introspection computes a token's claims anew; here it must not find the owner's roles. */
  @ParameterizedTest
  @ValueSource(strings = {"wide", "light"})
  void introspectionShowsTheScopesOfTheKeyOnly(String client) {
    String token = keyToken(client);
    JsonNode answer = KEYS.introspect(token);
    assertThat(answer.get("active").asBoolean()).isTrue();
    assertThat(answer.get("scope").asText().split(" "))
        .containsExactlyInAnyOrder("tasks:read", "tasks:write", "admin");
    assertThat(answer.has("resource_access")).isFalse();
    assertThat(answer.toString()).doesNotContain("realm-admin", "manage-account", "default-roles");
  }

  /** A scope that brings roles for Keycloak itself: even those are not for keys. */
  @Test
  void rolesForKeycloakItselfAreNeverInTheToken() {
    ADMIN
        .post(
            "/realms/app/client-scopes",
            """
            {"name": "ops", "protocol": "openid-connect",
             "attributes": {"include.in.token.scope": "true"}}
            """)
        .expect(201);
    String scope = "";
    for (JsonNode each : ADMIN.get("/realms/app/client-scopes").expect(200).json()) {
      scope = each.get("name").asText().equals("ops") ? each.get("id").asText() : scope;
    }
    String management = ADMIN.clientUuid("realm-management");
    ObjectNode role =
        (ObjectNode)
            ADMIN
                .get("/realms/app/clients/" + management + "/roles/manage-clients")
                .expect(200)
                .json();
    ADMIN
        .post(
            "/realms/app/client-scopes/" + scope + "/scope-mappings/clients/" + management,
            "[" + role + "]")
        .expect(204);
    ADMIN
        .put(
            "/realms/app/clients/" + ADMIN.clientUuid("wide") + "/optional-client-scopes/" + scope,
            "")
        .expect(204);
    String ops = KEYS.made(OWNER, "ops", "ops").get("key").asText();
    String token =
        Http.postForm(
                REALM.endpoint("token"),
                Map.of("grant_type", Keys.GRANT),
                "X-API-Key",
                ops,
                "Authorization",
                basic("wide"))
            .expect(200)
            .text("access_token");
    JsonNode claims = Realm.claims(token);
    assertThat(claims.get("scope").asText()).isEqualTo("ops");
    assertThat(claims.has("resource_access")).isFalse();
    for (String path : List.of("default", "openid-connect")) {
      Endpoint register =
          new Endpoint("POST", "/realms/app/clients-registrations/" + path, "application/json");
      assertThat(call(register, token).status()).isIn(401, 403);
    }
  }
}
