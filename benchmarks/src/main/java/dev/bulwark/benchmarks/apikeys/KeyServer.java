package dev.bulwark.benchmarks.apikeys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import dev.bulwark.apikey.key.secret.KeyHash;
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
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A real Keycloak with the bundle, on a PostgreSQL of its own that counts statements. */
public final class KeyServer implements AutoCloseable {

  /** Keys that are in use: few enough for every cache. */
  public static final int IN_USE = 1_000;

  private static final int KEYS_OF_A_USER = 10;
  private static final int CHUNK = 50_000;
  public static final String ADMIN = "admin";
  public static final String ADMIN_PASSWORD = "correct-admin-battery";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PostgresProcess database;
  private final DistributionServer server;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final List<String> keys = new ArrayList<>();

  private KeyServer(PostgresProcess database, DistributionServer server) {
    this.database = database;
    this.server = server;
  }

  /** Starts the server, with so many keys in its table, {@value #IN_USE} of which are in use. */
  public static KeyServer start(Plan plan, String name, String redisUrl, int inTable)
      throws Exception {
    return start(plan, name, redisUrl, inTable, spec -> spec);
  }

  /** Does the same with more options. */
  public static KeyServer start(
      Plan plan, String name, String redisUrl, int inTable, UnaryOperator<ServerSpec.Builder> more)
      throws Exception {
    PostgresProcess database =
        PostgresProcess.start("shared_preload_libraries=pg_stat_statements", "max_wal_size=8GB");
    try {
      database.sql("CREATE EXTENSION pg_stat_statements");
      ServerSpec.Builder spec =
          ServerSpec.builder()
              .name(name)
              .option("log-level", "error")
              .option("spi-redis-connection--default--url", redisUrl)
              .option("spi-api-key--default--everywhere", "true")
              .environment("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN)
              .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD)
              .environment("JAVA_OPTS_KC_HEAP", "-Xms768m -Xmx768m")
              .realmFile(KeyRealm.write(plan));
      KeyServer started =
          new KeyServer(
              database, DistributionServer.start(more.apply(database.configure(spec)).build()));
      try {
        started.fill(inTable);
        return started;
      } catch (Exception e) {
        started.server.close();
        throw e;
      }
    } catch (Exception e) {
      database.close();
      throw e;
    }
  }

  /** A key made by the server is copied, with its owner, as often as wanted. */
  private void fill(int inTable) throws Exception {
    String owner =
        admin("GET", "/realms/" + KeyRealm.NAME + "/users?username=" + KeyRealm.USER, "")
            .get(0)
            .get("id")
            .asText();
    String key =
        admin(
                "POST",
                "/realms/" + KeyRealm.NAME + "/api-keys",
                "{\"name\":\"k\",\"scopes\":[\""
                    + KeyRealm.SCOPE
                    + "\"],\"owner\":{\"type\":\"user\",\"id\":\""
                    + owner
                    + "\"}}")
            .get("id")
            .asText();
    ApiKeyGenerator generator = new ApiKeyGenerator(new SecureRandom());
    for (int i = 0; i < IN_USE; i++) {
      keys.add(generator.generate("atk"));
    }
    database.sql(
        "CREATE TABLE bench_hash AS SELECT n - 1 AS n, hash FROM unnest('{"
            + keys.stream().map(KeyHash::of).collect(Collectors.joining(","))
            + "}'::text[]) WITH ORDINALITY AS t (hash, n)");
    for (int from = 0; from < inTable; from += CHUNK) {
      int to = Math.min(inTable, from + CHUNK) - 1;
      database.sql(users(owner, from / KEYS_OF_A_USER, to / KEYS_OF_A_USER));
      database.sql(
          copy(
              "credential",
              key,
              from,
              to,
              "'user_id', 'bench-user-' || n / 10,"
                  + " 'secret_data', jsonb_build_object('hash', s.hash)::text"));
      database.sql(
          copy(
              "bulwark_api_key",
              key,
              from,
              to,
              "'owner_id', 'bench-user-' || n / 10, 'hash', s.hash"));
    }
    database.sql("VACUUM ANALYZE");
  }

  private static String users(String template, int from, int to) {
    return "INSERT INTO user_entity SELECT r.* FROM user_entity t, generate_series("
        + from
        + ", "
        + to
        + ") n, LATERAL jsonb_populate_record(t, jsonb_build_object('id', 'bench-user-' || n,"
        + " 'username', 'bench-user-' || n, 'email', n || '@example.org',"
        + " 'email_constraint', n || '@example.org')) r WHERE t.id = '"
        + template
        + "'; INSERT INTO user_role_mapping SELECT r.* FROM user_role_mapping t, generate_series("
        + from
        + ", "
        + to
        + ") n, LATERAL jsonb_populate_record(t, jsonb_build_object('user_id', 'bench-user-' || n))"
        + " r WHERE t.user_id = '"
        + template
        + "'";
  }

  private static String copy(String table, String template, int from, int to, String fields) {
    return "INSERT INTO "
        + table
        + " SELECT r.* FROM "
        + table
        + " t, (SELECT n, coalesce(b.hash, encode(sha256(('filler-' || n)::bytea), 'hex')) AS hash"
        + " FROM generate_series("
        + from
        + ", "
        + to
        + ") n LEFT JOIN bench_hash b USING (n)) s, LATERAL jsonb_populate_record(t,"
        + " jsonb_build_object('id', 'bench-key-' || n, "
        + fields
        + ")) r WHERE t.id = '"
        + template
        + "'";
  }

  PostgresProcess database() {
    return database;
  }

  public String url() {
    return server.url().toString();
  }

  /** The keys in use. */
  List<String> keys() {
    return keys;
  }

  static String path(String rest) {
    return "/realms/" + KeyRealm.NAME + rest;
  }

  static String basic(String client) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((client + ":" + KeyRealm.SECRET).getBytes(StandardCharsets.UTF_8));
  }

  static String form(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(
            field ->
                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  /** An access token from the token endpoint, for the service. */
  String token(Map<String, String> grant) throws IOException, InterruptedException {
    return post(path("/protocol/openid-connect/token"), KeyRealm.SERVICE, grant)
        .get("access_token")
        .asText();
  }

  /** Whether the server's own introspection says that a token is active. */
  boolean isActive(String token) throws IOException, InterruptedException {
    return post(
            path("/protocol/openid-connect/token/introspect"),
            KeyRealm.GATEWAY,
            Map.of("token", token))
        .get("active")
        .asBoolean();
  }

  private JsonNode post(String path, String client, Map<String, String> fields)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Authorization", basic(client))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form(fields))));
  }

  /** Calls the Admin REST API. */
  public JsonNode admin(String method, String path, String json)
      throws IOException, InterruptedException {
    String token =
        send(HttpRequest.newBuilder(
                    URI.create(url() + "/realms/master/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        form(
                            Map.of(
                                "grant_type",
                                "password",
                                "client_id",
                                "admin-cli",
                                "username",
                                ADMIN,
                                "password",
                                ADMIN_PASSWORD)))))
            .get("access_token")
            .asText();
    return send(
        HttpRequest.newBuilder(URI.create(url() + "/admin" + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json)));
  }

  private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          response.uri().getPath() + ": " + response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
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
