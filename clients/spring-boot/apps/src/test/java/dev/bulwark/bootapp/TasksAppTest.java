package dev.bulwark.bootapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.bulwark.testing.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The same application on this version of Spring Boot, with the Jedis or the Lettuce that it
 * manages, as Spring MVC and as WebFlux, against a real Redis. (R5, J4)
 */
@Tag("processes")
class TasksAppTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static LocalRedis redis;
  private static KeyPair keys;
  @TempDir static Path folder;

  @BeforeAll
  static void start() throws Exception {
    assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("spring-boot.version"));
    redis = new LocalRedis();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    Files.writeString(
        folder.resolve("key.pem"),
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n");
  }

  @AfterAll
  static void stop() throws Exception {
    redis.close();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({"servlet, jedis", "servlet, lettuce", "reactive, jedis", "reactive, lettuce"})
  void aTokenIsLiveRevokedOrUnknown(String web, String client) throws Exception {
    redis.feed();
    try (ConfigurableApplicationContext app = app(web, client)) {
      String base = "http://127.0.0.1:" + app.getEnvironment().getProperty("local.server.port");
      String id = web + "-" + client + "-";
      String token = token(id + 1, "tasks");
      assertThat(get(base + "/api/tasks", token).body()).isEqualTo("tasks");
      redis.revoke(id + 1);
      assertInvalid(get(base + "/api/tasks", token));
      assertInvalid(get(base + "/api/tasks", token(id + 2, "another")));
      // Keycloak issues them for this audience too, if the application is a login client.
      assertInvalid(get(base + "/api/tasks", token(id + 2, "tasks", null, "ID")));
      assertThat(get(base + "/actuator/health", null).body()).contains("KNOWING");

      // Halted: connections stay open, and nothing is answered.
      redis.halt();
      try {
        long began = System.nanoTime();
        assertUnavailable(get(base + "/api/tasks", token(id + 3, "tasks")));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
      } finally {
        redis.goOn();
      }
      redis.feed();
      await().until(() -> get(base + "/api/tasks", token(id + 3, "tasks")).statusCode() == 200);

      redis.stop();
      // Often, since the first answer comes from another thread than the second: Reactor Netty
      // 1.3.6 then stopped reading from the connection (reactor-netty#4361).
      for (int i = 0; i < 100; i++) {
        assertUnavailable(get(base + "/api/tasks", token(id + 3, "tasks")));
        assertInvalid(get(base + "/api/tasks", token(id + 3, "another")));
      }
      HttpResponse<String> health = get(base + "/actuator/health", null);
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(health.body()).contains("\"revocation\"").contains("AWAY");
      // No request comes from here on, as behind a load balancer that looks at the health.
      redis.start();
      await().until(() -> get(base + "/actuator/health", null).body().contains("UNFED"));
      redis.feed();
      await().until(() -> get(base + "/actuator/health", null).statusCode() == 200);
      assertThat(get(base + "/actuator/health", null).body()).contains("KNOWING");
      await().until(() -> get(base + "/api/tasks", token(id + 3, "tasks")).statusCode() == 200);

      assertThat(get(base + "/actuator/metrics/bulwark.revocation.check", null).body())
          .contains("live", "revoked", "unknown");
    }
  }

  /** The token may be good: the answer is neither 401 nor 500. */
  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({
    "servlet, jwk-set-uri",
    "servlet, issuer-uri",
    "reactive, jwk-set-uri",
    "reactive, issuer-uri"
  })
  void aTokenIsNotCalledBadWhileKeycloakIsUnreachable(String web, String property)
      throws Exception {
    try (ConfigurableApplicationContext app =
        SpringApplication.run(
            TasksApp.class,
            "--spring.main.web-application-type=" + web,
            "--bulwark.revocation.url=redis://127.0.0.1:" + redis.port(),
            "--spring.security.oauth2.resourceserver.jwt."
                + property
                + "=http://127.0.0.1:"
                + FreePort.next()
                + "/realms/app")) {
      String base = "http://127.0.0.1:" + app.getEnvironment().getProperty("local.server.port");
      assertUnavailable(get(base + "/api/tasks", token("any", "tasks")));
    }
  }

  /** R8: by the lists of Keycloak, without a Redis. */
  @ParameterizedTest
  @ValueSource(strings = {"servlet", "reactive"})
  void aTokenIsCheckedByItsStatusList(String web) throws Exception {
    try (StatusListRealm realm = new StatusListRealm(keys)) {
      List<String> arguments = arguments(web);
      arguments.add("--bulwark.revocation.status-list-issuer=" + realm.issuer());
      try (ConfigurableApplicationContext app =
          SpringApplication.run(TasksApp.class, arguments.toArray(String[]::new))) {
        String url =
            "http://127.0.0.1:"
                + app.getEnvironment().getProperty("local.server.port")
                + "/api/tasks";
        String revoked = listed(1, "tasks", realm);
        String live = listed(2, "tasks", realm);
        assertThat(get(url, revoked).body()).isEqualTo("tasks");
        assertThat(get(url, live).body()).isEqualTo("tasks");
        realm.revoke(1);
        await().until(() -> get(url, revoked).statusCode() == 401);
        assertInvalid(get(url, revoked));
        assertThat(get(url, live).body()).isEqualTo("tasks");
        assertInvalid(get(url, token("no-status", "tasks")));
        Object place = Map.of("status_list", Map.of("idx", 2, "uri", realm.list()));
        assertInvalid(get(url, token("an-id-token", "tasks", place, "ID")));

        realm.away(true);
        assertThat(get(url, live).body()).as("until its list expires").isEqualTo("tasks");
        await().until(() -> get(url, live).statusCode() == 503);
        assertUnavailable(get(url, live));
        assertInvalid(get(url, listed(2, "another", realm)));
        realm.away(false);
        await().until(() -> get(url, live).statusCode() == 200);
        assertInvalid(get(url, revoked));
      }
    }
  }

  private static ConfigurableApplicationContext app(String web, String client) {
    List<String> arguments = arguments(web);
    arguments.add("--bulwark.revocation.retry-interval=50ms");
    // A busy machine needs longer than the default for the first connection.
    arguments.add("--bulwark.revocation.connect-timeout=3s");
    arguments.add("--bulwark.revocation.command-timeout=1s");
    if (client.equals("jedis")) {
      arguments.add("--bulwark.revocation.url=redis://127.0.0.1:" + redis.port());
    } else {
      arguments.add("--spring.data.redis.host=127.0.0.1");
      arguments.add("--spring.data.redis.port=" + redis.port());
    }
    return SpringApplication.run(TasksApp.class, arguments.toArray(String[]::new));
  }

  private static List<String> arguments(String web) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--spring.main.web-application-type=" + web);
    arguments.add(
        "--spring.security.oauth2.resourceserver.jwt.public-key-location=file:"
            + folder.resolve("key.pem"));
    return arguments;
  }

  private static void assertInvalid(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
        .contains("error=\"invalid_token\"");
  }

  private static void assertUnavailable(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("5");
    assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
  }

  private static HttpResponse<String> get(String address, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(20));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String token(String jti, String audience) throws Exception {
    return token(jti, audience, null);
  }

  /** A token whose place is in the list of a realm. */
  private static String listed(int index, String audience, StatusListRealm realm) throws Exception {
    return token(
        "listed-" + index,
        audience,
        Map.of("status_list", Map.of("idx", index, "uri", realm.list())));
  }

  private static String token(String jti, String audience, Object status) throws Exception {
    return token(jti, audience, status, "Bearer");
  }

  private static String token(String jti, String audience, Object status, String type)
      throws Exception {
    Instant now = Instant.now();
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).build(),
            new JWTClaimsSet.Builder()
                .issuer("https://login.example.org/realms/app")
                .subject("alice")
                .audience(audience)
                .jwtID(jti)
                .claim("status", status)
                .claim("typ", type)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(900)))
                .build());
    jwt.sign(new RSASSASigner(keys.getPrivate()));
    return jwt.serialize();
  }
}
