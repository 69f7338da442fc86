package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A realm, the access tokens that it has issued to this test, and the oracle: Redis holds exactly
 * those that introspection calls inactive.
 */
final class IssuedTokens {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Seconds that a key stays longer than its token lives: the default of the option. */
  private static final long GRACE = 60;

  /**
   * Seconds that Redis is halted at most. It reads what was sent meanwhile when it goes on, and the
   * life of a key counts from then: it is longer, never shorter.
   */
  private static final long HALTED = 31;

  /** The endpoint and its scope. */
  private static final String GLOBAL = "global-token-revocation";

  private static final String SECRET = "path-secret";
  private static final String PASSWORD = "correct-path-battery";
  private static final String FILE = "/dev/bulwark/it/revocation/path-realm.json";

  private final String realm;
  private final RedisView redis;
  private final Queue<String> tokens = new ConcurrentLinkedQueue<>();
  private URI server;

  private IssuedTokens(URI server, String realm, RedisView redis) {
    this.server = server;
    this.realm = realm;
    this.redis = redis;
  }

  /** Makes a realm of three users, {@code ann}, {@code ben} and {@code cyn}. */
  static IssuedTokens inNewRealm(URI server, AdminApi admin, String realm, RedisView redis) {
    return inNewRealm(server, admin, realm, redis, json -> {});
  }

  /** The same with changes to its JSON. */
  static IssuedTokens inNewRealm(
      URI server, AdminApi admin, String realm, RedisView redis, Consumer<ObjectNode> changes) {
    try (InputStream in = IssuedTokens.class.getResourceAsStream(FILE)) {
      ObjectNode json = (ObjectNode) JSON.readTree(in);
      json.put("realm", realm);
      changes.accept(json);
      admin.makeRealm(json.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new IssuedTokens(server, realm, redis);
  }

  /** From now on another node is asked. */
  void useServer(URI other) {
    server = other;
  }

  /** The same realm at another node, with tokens of its own. */
  IssuedTokens at(URI node) {
    return new IssuedTokens(node, realm, redis);
  }

  /** Adds a user with the password of all users. */
  void addUser(AdminApi admin, String user) {
    admin
        .post(
            "/realms/" + realm + "/users",
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
  }

  String realm() {
    return realm;
  }

  Response login(String user) {
    return issued(tryLogin(user));
  }

  /** The answer to a login, which may be an error. */
  Response tryLogin(String user) {
    return token("cli", Map.of("grant_type", "password", "username", user, "password", PASSWORD));
  }

  /** A login with an offline session. */
  Response loginOffline(String user) {
    return issued(
        token(
            "cli",
            Map.of(
                "grant_type",
                "password",
                "username",
                user,
                "password",
                PASSWORD,
                "scope",
                "offline_access")));
  }

  Response refresh(Response of) {
    return issued(tryRefresh(of));
  }

  /** The answer to a refresh, which may be an error. */
  Response tryRefresh(Response of) {
    return token(
        "cli", Map.of("grant_type", "refresh_token", "refresh_token", of.text("refresh_token")));
  }

  Response service() {
    return issued(token("service", Map.of("grant_type", "client_credentials")));
  }

  Response logout(Response session) {
    return post("logout", "cli", Map.of("refresh_token", session.text("refresh_token")))
        .expect(204);
  }

  Response revoke(Response of) {
    return post("revoke", "cli", Map.of("token", of.text("access_token"))).expect(200);
  }

  /** Ends all sessions of a user, as an administrator. */
  Response logoutByAdmin(AdminApi admin, String user) {
    String users = "/realms/" + realm + "/users";
    String id =
        admin
            .get(users + "?exact=true&username=" + user)
            .expect(200)
            .json()
            .get(0)
            .get("id")
            .asText();
    return admin.post(users + "/" + id + "/logout", "{}").expect(204);
  }

  /** Revokes a token of {@link #service}. */
  void revokeService(Response of) {
    post("revoke", "service", Map.of("token", of.text("access_token"))).expect(200);
  }

  /** Lets the client {@code service} end everything of a user. */
  void allowGlobalRevocation(AdminApi admin) {
    String path = "/realms/" + realm;
    String scope =
        admin
            .post(
                path + "/client-scopes", Json.object("name", GLOBAL, "protocol", "openid-connect"))
            .expect(201)
            .header("Location");
    String client =
        admin.get(path + "/clients?clientId=service").expect(200).json().get(0).get("id").asText();
    admin
        .put(
            path
                + "/clients/"
                + client
                + "/optional-client-scopes/"
                + scope.substring(scope.lastIndexOf('/') + 1),
            "{}")
        .expect(204);
  }

  /** The answer to a global token revocation of the user with an e-mail address. */
  Response endEverything(String user) {
    return endEverything(Map.of("format", "email", "email", user + "@example.org"));
  }

  /** The answer to a global token revocation of the user with an id of Keycloak's. */
  Response endEverythingOfId(String id) {
    return endEverything(Map.of("format", "opaque", "id", id));
  }

  private Response endEverything(Map<String, String> user) {
    String caller =
        token("service", Map.of("grant_type", "client_credentials", "scope", GLOBAL))
            .expect(200)
            .text("access_token");
    return Http.send(
        Http.request(new Realm(server, realm).url() + "/" + GLOBAL)
            .header("Authorization", "Bearer " + caller)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.object("sub_id", user))));
  }

  /** Number of tokens issued to this test. */
  int size() {
    return tokens.size();
  }

  boolean isInRedis(Response of) {
    return redis.ttl(key(of)) >= 0;
  }

  /** Where the access token of a response is in Redis when it is revoked. */
  String key(Response of) {
    return key(of.text("access_token"));
  }

  /**
   * Waits until Redis and introspection agree on every token issued so far.
   *
   * @param dead how many of them are inactive
   */
  void awaitAgreement(int dead, Duration atMost) {
    await("Redis and introspection agree")
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsInstanceOf(JedisException.class)
        .untilAsserted(() -> assertAgreement(dead));
  }

  /** The same, however many of them are inactive. */
  void awaitAgreement(Duration atMost) {
    await("Redis and introspection agree")
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(this::assertAgreement);
  }

  private void assertAgreement(int dead) {
    assertThat(assertAgreement()).hasSize(dead);
  }

  /** The keys of those that are inactive. */
  private Set<String> assertAgreement() {
    Set<String> inactive = new LinkedHashSet<>();
    Set<String> inRedis = new LinkedHashSet<>();
    for (String token : tokens) {
      String key = key(token);
      if (!isActive(token)) {
        inactive.add(key);
      }
      long ttl = redis.ttl(key);
      if (ttl >= 0) {
        inRedis.add(key);
        long remaining = Realm.claims(token).get("exp").asLong() - Instant.now().getEpochSecond();
        assertThat(ttl)
            .as("TTL of %s", key)
            .isBetween(remaining + GRACE - 1, remaining + GRACE + HALTED + 1);
      }
    }
    assertThat(inRedis).isEqualTo(inactive);
    return inactive;
  }

  private boolean isActive(String token) {
    JsonNode answer = post("token/introspect", "oracle", Map.of("token", token)).expect(200).json();
    return answer.get("active").asBoolean();
  }

  private static String key(String token) {
    return "revoked:" + Realm.claims(token).get("jti").asText();
  }

  private Response issued(Response response) {
    tokens.add(response.expect(200).text("access_token"));
    return response;
  }

  private Response token(String client, Map<String, String> form) {
    return post("token", client, form);
  }

  private Response post(String endpoint, String client, Map<String, String> form) {
    Map<String, String> all = new LinkedHashMap<>(form);
    all.put("client_id", client);
    all.put("client_secret", SECRET);
    return Http.postForm(new Realm(server, realm).endpoint(endpoint), all);
  }
}
