package dev.bulwark.benchmarks.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A real Keycloak on a PostgreSQL of its own, with the bundle or without. Safe for use by many
 * threads.
 */
final class LedgerServer implements AutoCloseable {

  private static final String ADMIN = "admin";
  private static final String ADMIN_PASSWORD = "correct-admin-battery";
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PostgresProcess database;
  private final DistributionServer server;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private LedgerServer(PostgresProcess database, DistributionServer server) {
    this.database = database;
    this.server = server;
  }

  /**
   * Starts the server.
   *
   * @param redisUrl of the bundle's Redis; null for a server without the bundle
   * @param settings of PostgreSQL, as {@code name=value}; without them {@code fsync} is off
   */
  static LedgerServer start(Plan plan, String name, @Nullable String redisUrl, String... settings)
      throws IOException {
    Path folder = plan.folder("realms");
    PostgresProcess database = PostgresProcess.start(settings);
    try {
      ServerSpec.Builder spec =
          ServerSpec.builder()
              .name(name)
              .option("log-level", "warn")
              .environment("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN)
              .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD)
              .environment("JAVA_OPTS_KC_HEAP", "-Xms768m -Xmx768m");
      if (redisUrl == null) {
        spec.withoutBundle();
      } else {
        spec.option("spi-redis-connection--default--url", redisUrl);
      }
      for (LedgerRealm realm : List.of(LedgerRealm.QUIET, LedgerRealm.EVENTS)) {
        spec.realmFile(realm.writeTo(folder));
      }
      return new LedgerServer(database, DistributionServer.start(database.configure(spec).build()));
    } catch (IOException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  PostgresProcess database() {
    return database;
  }

  /** The process of the Java virtual machine. */
  long pid() {
    return server.pid();
  }

  String url(LedgerRealm realm) {
    return server.url() + "/realms/" + realm.name();
  }

  String endpoint(LedgerRealm realm, String path) {
    return url(realm) + "/protocol/openid-connect/" + path;
  }

  static String form(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> field.getKey() + "=" + encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  static String clientCredentials() {
    return clientCredentials(LedgerRealm.SERVICE);
  }

  static String clientCredentials(String client) {
    return form(
        Map.of(
            "grant_type",
            "client_credentials",
            "client_id",
            client,
            "client_secret",
            LedgerRealm.SECRET));
  }

  static String refresh(String refreshToken) {
    return form(
        Map.of(
            "grant_type",
            "refresh_token",
            "client_id",
            LedgerRealm.CLIENT,
            "refresh_token",
            refreshToken));
  }

  /** The answer to a login by password grant. */
  JsonNode login(LedgerRealm realm, int user) throws IOException, InterruptedException {
    return post(
        endpoint(realm, "token"),
        form(
            Map.of(
                "grant_type",
                "password",
                "client_id",
                LedgerRealm.CLIENT,
                "username",
                LedgerRealm.user(user),
                "password",
                LedgerRealm.PASSWORD)));
  }

  /** Posts a form; any answer but a success is an error. An empty answer gives a missing node. */
  JsonNode post(String url, String form) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  /** Posts JSON with a bearer token; answers are as those to a form. */
  JsonNode postJson(String url, String token, String json)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  /** Calls the admin REST API as its administrator. */
  JsonNode admin(String method, String path) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(server.url() + "/admin" + path))
            .header("Authorization", "Bearer " + adminToken())
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  /** Posts JSON to the admin REST API as its administrator. */
  JsonNode adminPost(String path, Map<String, Object> json)
      throws IOException, InterruptedException {
    return postJson(server.url() + "/admin" + path, adminToken(), JSON.writeValueAsString(json));
  }

  private String adminToken() throws IOException, InterruptedException {
    return post(
            server.url() + "/realms/master/protocol/openid-connect/token",
            form(
                Map.of(
                    "grant_type",
                    "password",
                    "client_id",
                    "admin-cli",
                    "username",
                    ADMIN,
                    "password",
                    ADMIN_PASSWORD)))
        .get("access_token")
        .asText();
  }

  /** The id in a token's claims. */
  static String jti(String token) throws IOException {
    byte[] claims = java.util.Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
    return JSON.readTree(claims).get("jti").asText();
  }

  private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          response.uri().getPath() + ": " + response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      database.close();
    }
  }
}
