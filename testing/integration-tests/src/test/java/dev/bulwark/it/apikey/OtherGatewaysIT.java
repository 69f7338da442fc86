package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * K5: requests of the form that Envoy (ext_authz) and Traefik (ForwardAuth) send. The gateways
 * themselves are not here.
 */
@SharedRealm
class OtherGatewaysIT {

  private static final TestStack STACK = TestStack.get();
  private static final Keys KEYS = new Keys(STACK.realm());

  @BeforeAll
  static void start() {
    Keys.believeAddresses(STACK.admin());
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
      assertThat(accepted.toLowerCase(Locale.ROOT))
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
