package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * A realm with live tokens of every kind, whose state a test changes, and what judge and
 * introspection say of each token. For one thread.
 */
final class JudgedRealm implements AutoCloseable {

  private final OwnServer server;
  private final TokenKinds kinds;
  private final Map<String, String> ids = new LinkedHashMap<>();
  private PathRealm realm;

  JudgedRealm(OwnServer server) {
    this.server = server;
    this.realm = PathRealm.create(server.url(), server.admin(), "judged");
    this.kinds = new TokenKinds(realm);
    name();
  }

  /** What the paths of {@link Fact} name. */
  private void name() {
    for (String client : List.of("cli", "other", "service")) {
      ids.put(client, realm.clientUuid(client));
    }
    ids.put("ann", realm.userId("ann"));
    ids.put("member", realm.userId(kinds.member()));
    ids.put("service-user", realm.userId("service-account-service"));
    ids.put("session", PathRealm.sid(kinds.all().get("login")));
    ids.put("offline-session", PathRealm.sid(kinds.all().get("offline")));
    ids.put("key", kinds.keyId("user"));
    ids.put("client-key", kinds.keyId("client"));
    ids.put("between", Realm.claims(token("offline")).get("iat").asText());
    ids.put("ahead", Long.toString(System.currentTimeMillis() / 1000 + 3600));
    ids.put("offline-role", get("/roles/offline_access").get("id").asText());
    get("/client-scopes")
        .forEach(
            scope -> {
              if (scope.get("name").asText().equals("offline_access")) {
                ids.put("offline-scope", scope.get("id").asText());
              }
            });
    get("/components?type=org.keycloak.keys.KeyProvider")
        .forEach(key -> ids.put(key.get("providerId").asText(), key.get("id").asText()));
  }

  private JsonNode get(String path) {
    return realm.admin().get(realm.path(path)).expect(200).json();
  }

  PathRealm realm() {
    return realm;
  }

  String token(String kind) {
    return kinds.all().get(kind).text("access_token");
  }

  String refreshToken(String kind) {
    return kinds.all().get(kind).text("refresh_token");
  }

  /** Changes some fields of a representation; both as in {@link #send}. */
  Response change(String path, String change) {
    Response found = realm.admin().get(realm.path(filled(path)));
    if (found.status() != 200) {
      return found;
    }
    ObjectNode json = (ObjectNode) found.json();
    merge(json, Json.parse(filled(change)));
    return realm.admin().put(realm.path(filled(path)), json.toString());
  }

  private static void merge(ObjectNode into, JsonNode change) {
    change
        .fields()
        .forEachRemaining(
            field -> {
              if (field.getValue().isObject()
                  && into.get(field.getKey()) instanceof ObjectNode inner) {
                merge(inner, field.getValue());
              } else {
                into.set(field.getKey(), field.getValue());
              }
            });
  }

  /**
   * Sends a request to the Admin REST.
   *
   * @param path below the realm, with names of ids in braces
   * @param body JSON with single quotes or double ones, and such names; empty for none
   */
  Response send(String verb, String path, String body) {
    String below = realm.path(filled(path));
    return switch (verb) {
      case "POST" -> realm.admin().post(below, filled(body));
      case "PUT" -> realm.admin().put(below, filled(body));
      case "PATCH" -> realm.admin().patch(below, filled(body));
      default ->
          body.isEmpty()
              ? realm.admin().delete(below)
              : realm.admin().deleteWithBody(below, filled(body));
    };
  }

  private String filled(String text) {
    String filled = text.replace('\'', '"');
    for (Map.Entry<String, String> id : ids.entrySet()) {
      filled = filled.replace("{" + id.getKey() + "}", id.getValue());
    }
    return filled;
  }

  Response rename(String name) {
    Response answer = change("", "{'realm':'" + name + "'}");
    if (answer.status() == 204) {
      realm = PathRealm.known(server.url(), server.admin(), name);
    }
    return answer;
  }

  /** The state of an organization is changed in the realm as it is called now. */
  Response enableOrganization(boolean enabled) {
    return change("/organizations/" + organization(), "{'enabled':" + enabled + "}");
  }

  Response removeOrganization() {
    return send("DELETE", "/organizations/" + organization(), "");
  }

  private String organization() {
    JsonNode all = realm.admin().get(realm.path("/organizations")).json();
    return all.isArray() && !all.isEmpty() ? all.get(0).get("id").asText() : "none";
  }

  /** Deletes a user, and makes another one of that name. */
  Response makeUserAnew(String user) {
    send("DELETE", "/users/{" + user + "}", "").expect(204);
    return send("POST", "/users", "{'username':'" + user + "','enabled':true}");
  }

  /** Kinds of tokens of which introspection says something else than {@link #dead}. */
  Set<String> differences(Set<String> dead) {
    Set<String> different = new ConcurrentSkipListSet<>();
    kinds.all().entrySet().parallelStream()
        .forEach(
            entry -> {
              String token = entry.getValue().text("access_token");
              boolean isDead = dead.contains(jti(token));
              Optional<Boolean> active = isActive(token);
              if (active.isPresent() && active.get() == isDead) {
                different.add(entry.getKey() + (isDead ? " is dead" : " is alive"));
              }
            });
    return different;
  }

  /** The jtis of those that the judge calls dead. */
  Set<String> dead() {
    String jtis =
        String.join(
            "\n",
            kinds.all().values().stream().map(each -> jti(each.text("access_token"))).toList());
    Response answer =
        Http.send(
                Http.request(server.url() + "/realms/master/judgement")
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString(jtis)))
            .expect(200);
    return new TreeSet<>(answer.body().lines().toList());
  }

  int size() {
    return kinds.all().size();
  }

  private static String jti(String token) {
    return Realm.claims(token).get("jti").asText();
  }

  /**
   * What introspection says; empty where it does not answer. A realm without it accepts nothing.
   */
  private Optional<Boolean> isActive(String token) {
    Response response =
        Http.postForm(
            realm.endpoint("token/introspect"),
            Map.of("token", token, "client_id", "oracle", "client_secret", PathRealm.SECRET));
    return switch (response.status()) {
      case 200 -> Optional.of(response.json().get("active").asBoolean());
      case 403, 404 -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  @Override
  public void close() {
    server.admin().delete("/realms/judged");
    server.admin().delete("/realms/renamed");
    server.admin().delete("/realms/judged-idp");
  }
}
