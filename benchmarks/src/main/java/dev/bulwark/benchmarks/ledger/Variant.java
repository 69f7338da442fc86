package dev.bulwark.benchmarks.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.benchmarks.CpuTime;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of those that are compared: Keycloak and a PostgreSQL cluster of its own, with the bundle and
 * a Redis, or without. Safe for use by many threads.
 */
final class Variant implements AutoCloseable {

  /** Option of Keycloak that switches revocation on in the measured realm. */
  static final String EVERYWHERE = "spi-events-listener--redis-revocation--everywhere";

  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** That of PostgreSQL's container image; where the machine has not got it, the next best. */
  private static final String LOCALE = "en_US.UTF-8";

  private static final String FALLBACK_LOCALE = "C.UTF-8";

  private final Kind kind;
  private final PostgresProcess database;
  private final @Nullable RedisProcess redis;
  private final DistributionServer server;
  private final boolean hasLedger;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private Variant(
      Kind kind,
      PostgresProcess database,
      @Nullable RedisProcess redis,
      DistributionServer server,
      boolean hasLedger) {
    this.kind = kind;
    this.database = database;
    this.redis = redis;
    this.server = server;
    this.hasLedger = hasLedger;
  }

  /**
   * Starts it.
   *
   * @param options of Keycloak, without the leading dashes
   * @param settings of PostgreSQL beside those that all have, as {@code name=value}
   */
  static Variant start(
      Plan plan, String name, Kind kind, Map<String, String> options, String... settings)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "fsync=on",
                "shared_buffers=512MB",
                // WAL is read after each turn; a checkpoint must not have removed it.
                "wal_keep_size=512MB"));
    all.addAll(List.of(settings));
    String locale = locale();
    PostgresProcess database = PostgresProcess.startInLocale(locale, all.toArray(String[]::new));
    @Nullable RedisProcess redis = kind.hasBundle() ? RedisProcess.start() : null;
    try {
      ServerSpec.Builder spec =
          spec(name, kind, database, redis, options)
              .environment("JAVA_OPTS_KC_HEAP", "-Xms1536m -Xmx1536m")
              .realmFile(FullRealm.write(plan.folder("ledger"), Size.of(plan).callers()));
      return new Variant(
          kind,
          database,
          redis,
          DistributionServer.start(spec.build()),
          Boolean.parseBoolean(options.get(EVERYWHERE)));
    } catch (IOException | RuntimeException e) {
      if (redis != null) {
        redis.close();
      }
      database.close();
      throw e;
    }
  }

  private static ServerSpec.Builder spec(
      String name,
      Kind kind,
      PostgresProcess database,
      @Nullable RedisProcess redis,
      Map<String, String> options) {
    ServerSpec.Builder spec = ServerSpec.builder().name(name).option("log-level", "warn");
    options.forEach(spec::option);
    if (redis == null) {
      spec.withoutBundle();
    } else {
      spec.option("spi-redis-connection--default--url", redis.url());
    }
    return database.configure(spec);
  }

  /** The locale of the databases. */
  static String locale() throws IOException {
    Process process = new ProcessBuilder("locale", "-a").start();
    boolean found;
    try (var lines = process.inputReader()) {
      found = lines.lines().anyMatch(line -> line.equalsIgnoreCase("en_US.utf8"));
    }
    return found ? LOCALE : FALLBACK_LOCALE;
  }

  Kind kind() {
    return kind;
  }

  /** Whether its ledger has the realm's tokens. */
  boolean hasLedger() {
    return hasLedger;
  }

  PostgresProcess database() {
    return database;
  }

  String tokenEndpoint() {
    return server.url() + "/realms/" + FullRealm.NAME + "/protocol/openid-connect/token";
  }

  /** Process ids; those that ask others come first. */
  List<Long> processes() {
    List<Long> processes = new ArrayList<>(List.of(server.pid()));
    processes.add(database.pid());
    if (redis != null) {
      processes.add(redis.pid());
    }
    return processes;
  }

  /** Address of its Redis. Only a variant with the bundle has one. */
  String redisUrl() {
    if (redis == null) {
      throw new IllegalStateException("The variant " + kind.title() + " has no Redis.");
    }
    return redis.url();
  }

  /** The CPU time that each of its parts has taken so far. */
  Cpu cpu() throws IOException {
    return new Cpu(
        CpuTime.seconds(server.pid()),
        CpuTime.seconds(database.pid()),
        redis == null ? 0 : CpuTime.seconds(redis.pid()));
  }

  /** The answer of the token endpoint; any but a success is an error. */
  JsonNode token(String form) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(tokenEndpoint()))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .timeout(TIMEOUT)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }

  /** Sum over all labels of one of Keycloak's metrics; 0 if there is none of that name. */
  double metric(String name) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(URI.create(server.managementUrl() + "/metrics"))
                .timeout(TIMEOUT)
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      if (redis != null) {
        redis.close();
      }
      database.close();
    }
  }
}
