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
import java.util.Map;
import java.util.stream.Collectors;

/** A real Keycloak with the bundle, on a PostgreSQL of its own. Safe for use by many threads. */
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
   * Starts the server; {@code fsync} of its PostgreSQL is off.
   *
   * @param redisUrl of the bundle's Redis
   */
  static LedgerServer start(Plan plan, String name, String redisUrl) throws IOException {
    Path folder = plan.folder("realms");
    PostgresProcess database = PostgresProcess.start();
    try {
      ServerSpec.Builder spec =
          ServerSpec.builder()
              .name(name)
              .option("log-level", "warn")
              .option("spi-redis-connection--default--url", redisUrl)
              .option("spi-events-listener--redis-revocation--everywhere", "true")
              .environment("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN)
              .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD)
              .environment("JAVA_OPTS_KC_HEAP", "-Xms768m -Xmx768m");
      spec.realmFile(LedgerRealm.QUIET.writeTo(folder));
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

  /** Posts a form; any answer but a success is an error. An empty answer gives a missing node. */
  JsonNode post(String url, String form) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  /** Calls the admin REST API as its administrator. */
  JsonNode admin(String method, String path) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(server.url() + "/admin" + path))
            .header("Authorization", "Bearer " + adminToken())
            .method(method, HttpRequest.BodyPublishers.noBody()));
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
