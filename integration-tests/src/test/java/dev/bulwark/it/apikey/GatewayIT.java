package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K5: the recipes of docs/recipes behind real proxies, and the requests of others. */
@SharedRealm
class GatewayIT {

  private static final TestStack STACK = TestStack.get();
  private static final Keys KEYS = new Keys(STACK.realm());
  private static final AdminApi ADMIN = STACK.admin();
  private static final Map<Gateway.Kind, Gateway> GATEWAYS = new EnumMap<>(Gateway.Kind.class);

  /** What has come through to the app. */
  private static final Queue<Headers> PASSED = new ConcurrentLinkedQueue<>();

  private static HttpServer app;

  @BeforeAll
  static void start() throws IOException {
    app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    app.createContext(
        "/",
        exchange -> {
          PASSED.add(exchange.getRequestHeaders());
          exchange.getRequestBody().readAllBytes();
          boolean head = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(200, head ? -1 : 3);
          if (!head) {
            exchange.getResponseBody().write(new byte[] {'a', 'p', 'p'});
          }
          exchange.close();
        });
    app.start();
    Keys.believeAddresses(ADMIN);
  }

  @AfterAll
  static void stop() {
    GATEWAYS.values().forEach(Gateway::close);
    if (app != null) {
      app.stop(0);
    }
  }

  @BeforeEach
  void forget() {
    PASSED.clear();
  }

  private static Gateway gateway(Gateway.Kind kind) {
    return GATEWAYS.computeIfAbsent(
        kind, each -> Gateway.start(each, STACK.url().getPort(), app.getAddress().getPort()));
  }

  private static Response get(Gateway gateway, String... headers) {
    return Http.get(gateway.url() + "/orders/17?x=y", headers);
  }

  @ParameterizedTest
  @EnumSource
  void theAppLearnsWhoAsksAndNotTheKey(Gateway.Kind kind) {
    Gateway gateway = gateway(kind);
    JsonNode key = KEYS.made("alice", "gw", "tasks:read", "tasks:write");
    for (String method : List.of("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")) {
      PASSED.clear();
      Response answer =
          Http.send(
              Http.request(gateway.url() + "/orders/17?x=y")
                  .header("X-API-Key", key.get("key").asText())
                  .header("Authorization", "Bearer something-of-the-caller")
                  .header("X-Auth-Subject", "mallory")
                  .header("X-Auth-Client", "mallory")
                  .header("X_Auth_Scopes", "admin")
                  .header("x-auth-scopes", "admin")
                  .header("Client-Cert", ":bWFsbG9yeQ==:")
                  .method(method, HttpRequest.BodyPublishers.ofString(body(method))));
      assertThat(answer.status()).as(method).isEqualTo(200);
      Headers seen = PASSED.remove();
      assertThat(seen.get("X-Auth-Subject")).containsExactly(ADMIN.userId("alice"));
      assertThat(seen.get("X-Auth-Username")).containsExactly("alice");
      assertThat(seen.get("X-Auth-Scopes")).containsExactly("tasks:read tasks:write");
      assertThat(seen.get("X-Auth-Key-Id")).containsExactly(key.get("id").asText());
      assertThat(String.join("", seen.getOrDefault("X-Auth-Client", List.of()))).isEmpty();
      assertThat(seen).doesNotContainKeys("X-api-key", "X_auth_scopes", "Client-cert");
      assertThat(seen.values().toString()).doesNotContain("mallory", "admin");
    }
  }

  /** K10: and nginx passes on what is left. */
  @ParameterizedTest
  @EnumSource
  void aUsedUpRateLimitIsAnswered429(Gateway.Kind kind) {
    Gateway gateway = gateway(kind);
    String key =
        KEYS.create(
                KEYS.token("alice"),
                """
                {"name": "limited", "scopes": ["tasks:read"],
                 "rateLimit": {"requests": 1, "seconds": 3600}}
                """)
            .expect(201)
            .text("key");
    Response first = get(gateway, "X-API-Key", key).expect(200);
    Response second = get(gateway, "X-API-Key", key).expect(429);
    if (kind == Gateway.Kind.NGINX) {
      assertThat(first.header("RateLimit")).startsWith("\"key\";r=0;t=");
      assertThat(second.header("RateLimit")).startsWith("\"key\";r=0;t=");
      assertThat(second.header("RateLimit-Policy")).isEqualTo("\"key\";q=1;w=3600");
      assertThat(Integer.parseInt(second.header("Retry-After"))).isBetween(1, 3_600);
    }
  }

  private static String body(String method) {
    return List.of("POST", "PUT").contains(method) ? "body" : "";
  }

  @ParameterizedTest
  @EnumSource
  void withoutAGoodKeyNothingComesThrough(Gateway.Kind kind) {
    Gateway gateway = gateway(kind);
    JsonNode key = KEYS.made("alice", "gw", "tasks:read");
    String good = key.get("key").asText();
    KEYS.send("DELETE", "/" + key.get("id").asText(), KEYS.token("alice"), null).expect(204);
    String other = KEYS.made("alice", "gw", "tasks:read").get("key").asText();
    for (String[] headers :
        List.of(
            new String[] {},
            new String[] {"X-API-Key", "x"},
            new String[] {"X-API-Key", good},
            new String[] {"X_API_Key", other},
            new String[] {"Authorization", "Bearer " + other},
            new String[] {"X-Forwarded-Authorization", "Bearer " + other},
            new String[] {"X-API-Key", other, "X-API-Key", other},
            new String[] {"X-API-Key", "x", "X-API-Key", other},
            new String[] {"X-API-Key", other + ", " + other},
            new String[] {"X-API-Key", "x", "X-Auth-Subject", "mallory"})) {
      Response refused = get(gateway, headers);
      assertThat(refused.status()).as(String.join(" ", headers)).isEqualTo(403);
      assertThat(refused.text("error")).isEqualTo("invalid_api_key");
    }
    assertThat(PASSED).isEmpty();
  }

  /** Paths that gateway and server could read differently. */
  @ParameterizedTest
  @EnumSource
  void noPathComesThroughWithoutAKey(Gateway.Kind kind) {
    URI url = URI.create(gateway(kind).url());
    for (String path :
        List.of(
            "/../realms/app/.well-known/openid-configuration",
            "/%2e%2e/%2e%2e/x",
            "//x",
            "/x;y",
            "/_key",
            "/x%2f..%2f_key",
            "/x%00",
            "/x?X-API-Key=y")) {
      for (String method : List.of("GET", "POST", "OPTIONS", "PROPFIND", "TRACE")) {
        String answer = RawHttp.send(url, method + " " + path + " HTTP/1.1", "Content-Length: 0");
        assertThat(RawHttp.status(answer))
            .as(method + " " + path)
            .matches(status -> status < 200 || status > 299);
      }
    }
    assertThat(PASSED).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aRevokedKeyIsRefusedAtTheNextRequest(Gateway.Kind kind) {
    Gateway gateway = gateway(kind);
    JsonNode key = KEYS.made("bob", "gw", "tasks:read");
    String plain = key.get("key").asText();
    String token = KEYS.token("bob");
    assertThat(get(gateway, "X-API-Key", plain).status()).isEqualTo(200);
    KEYS.send("PATCH", "/" + key.get("id").asText(), token, Json.object("active", false))
        .expect(200);
    assertThat(get(gateway, "X-API-Key", plain).status()).isEqualTo(403);
    KEYS.send("PATCH", "/" + key.get("id").asText(), token, Json.object("active", true))
        .expect(200);
    assertThat(get(gateway, "X-API-Key", plain).status()).isEqualTo(200);
    KEYS.send("DELETE", "/" + key.get("id").asText(), token, null).expect(204);
    assertThat(get(gateway, "X-API-Key", plain).status()).isEqualTo(403);
  }

  /** Keycloak is away, or the gateway's own secret is wrong: nobody's key is called bad. */
  @ParameterizedTest
  @EnumSource
  void whereNobodyCanBeAskedItSaysSo(Gateway.Kind kind) throws IOException {
    HttpServer refusing =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    refusing.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"app\"");
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    refusing.start();
    int appPort = app.getAddress().getPort();
    try (Gateway away = Gateway.start(kind, FreePort.next(), appPort);
        Gateway unknown = Gateway.start(kind, refusing.getAddress().getPort(), appPort)) {
      for (Gateway gateway : List.of(away, unknown)) {
        Response answer = get(gateway, "X-API-Key", "x");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
      }
      assertThat(PASSED).isEmpty();
    } finally {
      refusing.stop(0);
    }
  }

  /** Last by name order or not: the address of this test is that of no other. */
  @ParameterizedTest
  @EnumSource
  void wrongKeysAreLimitedByTheCallersOwnAddress(Gateway.Kind kind) {
    URI gateway = URI.create(gateway(kind).url());
    String address = "127.0.1." + (1 + kind.ordinal());
    String good = KEYS.made("alice", "gw", "tasks:read").get("key").asText();
    int limited = 0;
    for (int i = 0; i < 40; i++) {
      // What the caller says of where it comes from is not believed.
      String answer =
          RawHttp.sendFrom(
              address,
              gateway,
              "GET /x HTTP/1.1",
              "X-API-Key: wrong-key-number-" + i,
              "X-Real-IP: 198.51.100." + i,
              "X-Forwarded-For: 198.51.100." + i);
      assertThat(RawHttp.status(answer)).isIn(403, 429);
      limited += RawHttp.status(answer) == 429 ? 1 : 0;
    }
    assertThat(limited).isEqualTo(10);
    // A neighbour is not concerned; a key that is known goes on.
    assertThat(RawHttp.status(RawHttp.sendFrom("127.0.1.9", gateway, key(good)))).isEqualTo(200);
    assertThat(RawHttp.status(RawHttp.sendFrom(address, gateway, key(good)))).isEqualTo(200);
  }

  private static String[] key(String key) {
    return new String[] {"GET /x HTTP/1.1", "X-API-Key: " + key};
  }

  /** Envoy: the original method, its path appended, the caller's headers that are let through. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
  void requestsAsEnvoySendsThem(String method) {
    JsonNode made = KEYS.made("alice", "envoy", "tasks:read");
    String good = made.get("key").asText();
    for (String path :
        List.of("/", "/orders/17?x=y&client_id=dev-cli", "/a%2Fb/%C3%BC", "/a:b/~c")) {
      String target = "/realms/app/api-keys/verify" + path;
      String accepted = envoy(method, target, "x-api-key: " + good);
      assertThat(RawHttp.status(accepted)).as(method + " " + path).isEqualTo(200);
      assertThat(accepted.toLowerCase(java.util.Locale.ROOT))
          .contains("x-auth-username: alice", "x-auth-key-id: " + made.get("id").asText());
      for (String none : List.of("x-api-key: wrong", "x-other: y")) {
        assertThat(RawHttp.status(envoy(method, target, none))).as(method + path).isIn(403, 429);
      }
    }
  }

  /** Whatever the original path is, only verify may answer 200, and only for a good key. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../../realms/app/.well-known/openid-configuration",
        "/../../app/.well-known/openid-configuration",
        "/..",
        "/%2e%2e/%2e%2e/protocol/openid-connect/certs",
        "/..%2f..%2fprotocol/openid-connect/certs",
        "//../../..",
        "/.",
        "/;/..",
        ";x=y/..",
        "/x\\..\\..",
        "x",
      })
  void noPathOfEnvoyLeadsAwayFromVerify(String path) {
    for (String method : List.of("GET", "POST", "OPTIONS", "HEAD")) {
      String answer = envoy(method, "/realms/app/api-keys/verify" + path, "x-api-key: wrong");
      assertThat(RawHttp.status(answer)).as(method).matches(status -> status < 200 || status > 299);
    }
  }

  private static String envoy(String method, String target, String key) {
    return RawHttp.send(
        STACK.url(),
        method + " " + target + " HTTP/1.1",
        "authorization: " + Keys.GATEWAY,
        key,
        "content-length: 0",
        "content-type: application/x-www-form-urlencoded",
        "x-envoy-internal: true",
        "x-forwarded-for: 198.51.100.7",
        "x-forwarded-proto: https",
        "x-real-ip: 2001:db8:" + Integer.toHexString(target.hashCode() & 0xffff) + "::1");
  }

  /** Traefik: GET without a path, and what it says of the original request. */
  @Test
  void requestsAsTraefikSendsThem() {
    String good = KEYS.made("alice", "traefik", "tasks:read").get("key").asText();
    for (String original : List.of("GET", "POST", "OPTIONS")) {
      for (String key : List.of(good, "wrong")) {
        String answer =
            RawHttp.send(
                STACK.url(),
                "GET /realms/app/api-keys/verify HTTP/1.1",
                "Authorization: " + Keys.GATEWAY,
                "X-API-Key: " + key,
                "User-Agent: Go-http-client/1.1",
                "X-Forwarded-For: 198.51.100.8",
                "X-Forwarded-Host: api.example.org",
                "X-Forwarded-Method: " + original,
                "X-Forwarded-Port: 443",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Server: traefik",
                "X-Forwarded-Uri: /orders/../17?x=y",
                "X-Real-Ip: 198.51.100.8",
                "Accept-Encoding: gzip");
        assertThat(RawHttp.status(answer)).isEqualTo(key.equals(good) ? 200 : 403);
      }
    }
  }
}
