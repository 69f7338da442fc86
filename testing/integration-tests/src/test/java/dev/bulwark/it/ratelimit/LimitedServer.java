package dev.bulwark.it.ratelimit;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.GlobalRevoker;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A Keycloak whose limit holds for this machine too, and its realm {@code limits}. It believes
 * {@code X-Forwarded-For} of 127.0.0.1 and of nobody else: a test is whoever it likes.
 *
 * <p>The realm has the brute-force detection of the shipped realm ({@link LimitIT} compares them).
 * Its hash is cheap: these tests are about the limit, and test many passwords.
 */
final class LimitedServer implements AutoCloseable {

  static final String REALM = "limits";

  /** Global token revocations of an address in a minute; a busy machine sends so many in time. */
  static final int GLOBAL_REVOCATIONS = 20;

  static final String PASSWORD = "correct-limit-battery";
  static final String CLIENT_SECRET = "correct-client-battery-of-32-byte";
  static final int PER_ADDRESS = 5;
  static final int PER_ACCOUNT = 10;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicInteger ADDRESSES = new AtomicInteger();
  private static final AtomicInteger USERS = new AtomicInteger();

  private static @Nullable LimitedServer shared;

  private final OwnServer keycloak;
  private final RedisProcess redis;
  private final AdminApi admin;
  private @Nullable GlobalRevoker revoker;

  private LimitedServer(OwnServer keycloak, RedisProcess redis) {
    this.keycloak = keycloak;
    this.redis = redis;
    this.admin = keycloak.admin();
  }

  static LimitedServer start(
      String name, RedisProcess redis, UnaryOperator<ServerSpec.Builder> more) {
    return new LimitedServer(OwnServer.start(more.apply(spec(name, redis))), redis);
  }

  private static ServerSpec.Builder spec(String name, RedisProcess redis) {
    return TestStack.spec(name, redis.url())
        // Nobody here: an option of the spec has precedence over that of all test servers.
        .option("spi-login-rate-limiter--default--allowed-networks", "192.0.2.0/24")
        .option(
            "spi-api-key--default--wrong-keys-per-minute", Integer.toString(KeyPath.PER_ADDRESS))
        // Whose endpoint tests passwords, too.
        .buildOption("features", "docker")
        .option("proxy-headers", "xforwarded")
        .option("proxy-trusted-addresses", "127.0.0.1")
        .option(
            "spi-realm-restapi-extension--global-token-revocation--rejected-callers-per-minute",
            Integer.toString(GLOBAL_REVOCATIONS));
  }

  /** The server of most classes of this package; started at first use, ended with the test run. */
  static synchronized LimitedServer shared() {
    if (shared == null) {
      RedisProcess redis = RedisProcess.start();
      shared = new LimitedServer(OwnServer.startUntilTheEnd(spec("limits", redis)), redis);
      shared.importRealm();
    }
    return shared;
  }

  /** Makes the realm anew. */
  void importRealm() {
    admin.delete("/realms/" + REALM);
    try (InputStream in = LimitedServer.class.getResourceAsStream("limits-realm.json")) {
      admin.makeRealm(JSON.readTree(in).toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An address that no other test is. */
  static String newAddress() {
    int number = ADDRESSES.incrementAndGet();
    return "10.1." + number / 256 + "." + number % 256;
  }

  /** A user that no other test uses, with more fields of its representation. */
  String newUser(Map<String, Object> more) {
    String name = "user-" + USERS.incrementAndGet();
    Map<String, Object> user = new LinkedHashMap<>();
    user.put("username", name);
    user.put("enabled", true);
    user.put("email", name + "@example.org");
    user.put("emailVerified", true);
    user.put("firstName", "Limit");
    user.put("lastName", "User");
    user.put("credentials", List.of(Map.of("type", "password", "value", PASSWORD)));
    user.putAll(more);
    admin.post("/realms/" + REALM + "/users", Json.of(user)).expect(201);
    return name;
  }

  String newUser() {
    return newUser(Map.of());
  }

  /** A user of another realm, with the same password. */
  void newUserAt(String realm, String name, String email) {
    admin
        .post(
            "/realms/" + realm + "/users",
            Json.of(
                Map.of(
                    "username",
                    name,
                    "enabled",
                    true,
                    "email",
                    email,
                    "emailVerified",
                    true,
                    "firstName",
                    "Limit",
                    "lastName",
                    "User",
                    "credentials",
                    List.of(Map.of("type", "password", "value", PASSWORD)))))
        .expect(201);
  }

  String userId(String name) {
    return admin
        .get("/realms/" + REALM + "/users?exact=true&username=" + name)
        .expect(200)
        .json()
        .get(0)
        .get("id")
        .asText();
  }

  /** An API key of a user, made by the administrator. */
  String newKey(String user) {
    return admin
        .post(
            "/realms/" + REALM + "/api-keys",
            Json.of(
                Map.of(
                    "name",
                    "k",
                    "scopes",
                    List.of(),
                    "owner",
                    Map.of("type", "user", "id", userId(user)))))
        .expect(201)
        .text("key");
  }

  /** What the server knows of a user's failures. */
  JsonNode failures(String user) {
    return admin
        .get("/realms/" + REALM + "/attack-detection/brute-force/users/" + userId(user))
        .expect(200)
        .json();
  }

  /** How many failures lock an account of the realm; as shipped it is {@link #PER_ACCOUNT}. */
  void lockAfter(int failures) {
    admin
        .put("/realms/" + REALM, Json.object("realm", REALM, "failureFactor", failures))
        .expect(204);
  }

  /**
   * Sends a wrong password and waits until Keycloak has booked it.
   *
   * <p>{@code DefaultBlockingBruteForceProtector} books on a thread of its own after the answer,
   * and refuses with the same answer, unbooked, who tries while it does: of ten attempts in a row
   * it may have booked nine.
   *
   * @return whether it was booked, not refused
   */
  boolean failAndBook(String address, String user) {
    int booked = failures(user).get("numFailures").asInt();
    int refused = events("user_temporarily_disabled", address).size();
    grant(address, user, "wrong").expect(400);
    if (events("user_temporarily_disabled", address).size() > refused) {
      return false;
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> failures(user).get("numFailures").asInt() > booked);
    return true;
  }

  /** A confidential client that no other test uses, with more fields of its representation. */
  String newClient(Map<String, Object> more) {
    Map<String, Object> client = new LinkedHashMap<>();
    client.put("clientId", "client-" + USERS.incrementAndGet());
    client.put("secret", CLIENT_SECRET);
    client.put("serviceAccountsEnabled", true);
    client.put("redirectUris", List.of("http://127.0.0.1/*"));
    client.put(
        "attributes",
        Map.of(
            "oauth2.device.authorization.grant.enabled", "true",
            "oidc.ciba.grant.enabled", "true",
            "api-key.verify", "true"));
    client.putAll(more);
    admin.post("/realms/" + REALM + "/clients", Json.of(client)).expect(201);
    return client.get("clientId").toString();
  }

  /** A password grant from an address, through the proxy. */
  Response grant(String address, String user, String password) {
    return grant(address, user, password, Map.of());
  }

  Response grant(String address, String user, String password, Map<String, String> more) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("client_id", "cli");
    form.put("username", user);
    form.put("password", password);
    form.putAll(more);
    return Http.postForm(endpoint("token"), form, "X-Forwarded-For", address);
  }

  /**
   * A name that no user has and that no other attempt has used: an account has a limit too, which
   * tests that share a name would fill for each other.
   */
  static String nobody() {
    return "nobody-" + USERS.incrementAndGet();
  }

  /** Takes all slots of an address, at names that nobody has. */
  void fill(String address) {
    for (int i = 0; i < PER_ADDRESS; i++) {
      grant(address, nobody(), "wrong").expect(400);
    }
  }

  /** The client that may end everything of a user: one for all classes that share the server. */
  synchronized GlobalRevoker revoker() {
    if (revoker == null) {
      revoker = GlobalRevoker.addTo(admin, new Realm(url(), REALM));
    }
    return revoker;
  }

  Visitor visitor(String address) {
    return new Visitor(url(), Map.of("X-Forwarded-For", address));
  }

  /** Stored events of an error, newest first. */
  List<JsonNode> events(String error) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode event : admin.get("/realms/" + REALM + "/events?max=2000").expect(200).json()) {
      if (event.path("error").asText().equals(error)) {
        found.add(event);
      }
    }
    return found;
  }

  List<JsonNode> events(String error, String address) {
    return events(error).stream()
        .filter(event -> event.path("ipAddress").asText().equals(address))
        .toList();
  }

  void setAttribute(String name, String value) {
    ObjectNode realm = (ObjectNode) admin.get("/realms/" + REALM).expect(200).json();
    ((ObjectNode) realm.get("attributes")).put(name, value);
    admin.put("/realms/" + REALM, realm.toString()).expect(204);
  }

  /** The sum over those series of a metric that hold a text. */
  double metric(String name, String holding) {
    return Metrics.sum(keycloak.managementUrl(), name, holding);
  }

  URI url() {
    return keycloak.url();
  }

  String realmUrl() {
    return url() + "/realms/" + REALM;
  }

  String endpoint(String path) {
    return realmUrl() + "/protocol/openid-connect/" + path;
  }

  AdminApi admin() {
    return admin;
  }

  RedisProcess redis() {
    return redis;
  }

  OwnServer keycloak() {
    return keycloak;
  }

  @Override
  public void close() {
    keycloak.close();
  }
}
