package dev.bulwark.example.quarkus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** C1, J4: the answers of RFC 6750, with Redis and without. */
@QuarkusTest
@QuarkusTestResource(Surroundings.class)
class TasksTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TestHTTPResource("/tasks")
  URI tasks;

  Surroundings surroundings;

  @Test
  void aTokenIsLiveRevokedOrUnknown() throws Exception {
    assertEquals(401, get(null).statusCode());
    String id = UUID.randomUUID().toString();
    String token = token(id, "tasks");
    surroundings.feed();
    assertEquals("tasks", get(token).body());
    assertEquals(401, get(token("other", "another")).statusCode());
    assertEquals(401, get(token("id-token", "tasks", "ID")).statusCode());
    assertEquals(401, get(bound("x5t#S256")).statusCode(), "to a certificate");
    assertEquals(401, get(bound("jkt")).statusCode(), "to a key");

    surroundings.revoke(id);
    HttpResponse<String> revoked = get(token);
    assertEquals(401, revoked.statusCode());
    assertEquals(
        "Bearer error=\"invalid_token\"",
        revoked.headers().firstValue("WWW-Authenticate").orElseThrow());

    surroundings.stopRedis();
    String good = token(UUID.randomUUID().toString(), "tasks");
    HttpResponse<String> unknown = get(good);
    assertEquals(503, unknown.statusCode());
    assertEquals("5", unknown.headers().firstValue("Retry-After").orElseThrow());
    assertEquals(401, get(token("other", "another")).statusCode(), "needs no Redis");
    surroundings.startRedis();
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          while (get(good).statusCode() != 200) {
            Thread.onSpinWait();
          }
        });
  }

  private String token(String jti, String audience) {
    return token(jti, audience, "Bearer");
  }

  private String token(String jti, String audience, String type) {
    return claims(jti, audience, type).sign(surroundings.keys().getPrivate());
  }

  /** As a thief has one: without what it is bound to. */
  private String bound(String method) {
    return claims("bound", "tasks", "Bearer")
        .claim("cnf", Map.of(method, "x"))
        .sign(surroundings.keys().getPrivate());
  }

  private static JwtClaimsBuilder claims(String jti, String audience, String type) {
    Instant now = Instant.now();
    return Jwt.claim("jti", jti)
        .claim("typ", type)
        .subject("alice")
        .audience(audience)
        .issuedAt(now)
        .expiresAt(now.plusSeconds(900));
  }

  private HttpResponse<String> get(String token) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(tasks).timeout(Duration.ofSeconds(20));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
