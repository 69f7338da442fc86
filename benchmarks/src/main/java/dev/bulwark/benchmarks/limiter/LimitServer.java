package dev.bulwark.benchmarks.limiter;

import static org.awaitility.Awaitility.await;

import dev.bulwark.benchmarks.Plan;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.LocalRedis;
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
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.util.SafeEncoder;

/**
 * A real Keycloak with the bundle, on a PostgreSQL and a Redis of its own. Safe for use by many
 * threads.
 */
final class LimitServer implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LocalRedis redis;
  private final RedisClient commands;
  private final PostgresProcess database;
  private final DistributionServer server;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private LimitServer(LocalRedis redis, PostgresProcess database, DistributionServer server) {
    this.redis = redis;
    this.commands = RedisClient.create(URI.create(redis.url()));
    this.database = database;
    this.server = server;
  }

  static LimitServer start(Plan plan, String name) throws IOException {
    Path folder = plan.folder("realms");
    PostgresProcess database = PostgresProcess.start();
    LocalRedis redis = LocalRedis.start(0);
    try {
      ServerSpec.Builder spec =
          ServerSpec.builder()
              .name(name)
              .option("log-level", "error")
              .option("spi-redis-connection--default--url", redis.url())
              // This machine has the limit too: an option has precedence over that of all servers
              // that are started so.
              .option("spi-login-rate-limiter--default--allowed-networks", "192.0.2.0/24")
              .option("spi-login-rate-limiter--default--everywhere", "true")
              .environment("JAVA_OPTS_KC_HEAP", "-Xms768m -Xmx768m");
      for (LimitRealm realm : LimitRealm.ALL) {
        spec.realmFile(realm.writeTo(folder));
      }
      LimitServer started =
          new LimitServer(
              redis, database, DistributionServer.start(database.configure(spec).build()));
      started.awaitRedis();
      return started;
    } catch (IOException | RuntimeException e) {
      redis.close();
      database.close();
      throw e;
    }
  }

  /** Until an attempt is counted in Redis, which is first contacted after the start. */
  private void awaitRedis() {
    await("an attempt is counted in Redis")
        .atMost(PATIENCE)
        .until(
            () -> {
              login(LimitRealm.LIMITED, 0, LimitRealm.PASSWORD);
              return scriptCalls() > 0;
            });
  }

  /** The status of the answer to a password grant. */
  int login(LimitRealm realm, int user, String password) throws IOException, InterruptedException {
    String form =
        Map.of(
                "grant_type",
                "password",
                "client_id",
                LimitRealm.CLIENT,
                "username",
                LimitRealm.user(user),
                "password",
                password)
            .entrySet()
            .stream()
            .map(
                field ->
                    field.getKey()
                        + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    server.url() + "/realms/" + realm.name() + "/protocol/openid-connect/token"))
            .timeout(PATIENCE)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  /** How often Redis was asked to run a script that it knows: nothing else of the bundle does. */
  long scriptCalls() {
    Object answer = commands.sendCommand(Protocol.Command.INFO, "commandstats");
    for (String line : SafeEncoder.encode((byte[]) answer).lines().toList()) {
      if (line.startsWith("cmdstat_evalsha:calls=")) {
        return Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(',')));
      }
    }
    return 0;
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      commands.close();
      redis.close();
      database.close();
    }
  }
}
