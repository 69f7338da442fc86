package dev.bulwark.benchmarks.relyingapp;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.RelyingApp;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.util.SafeEncoder;

/**
 * Two relying apps behind one Keycloak and one Redis: one as it is, one that does not ask Redis.
 * For one thread.
 */
final class AppPair implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int TIMEOUT_MILLIS = 10_000;

  /** The starter's {@code bulwark.revocation.enabled}. */
  private static final String SWITCH = "BULWARK_REVOCATION_ENABLED";

  private final LocalRedis redis;
  private final RedisClient commands;
  private final DistributionServer keycloak;
  private final RelyingApp checking;
  private final RelyingApp trusting;
  private final String token;

  private AppPair(
      LocalRedis redis,
      DistributionServer keycloak,
      RelyingApp checking,
      RelyingApp trusting,
      String token) {
    this.redis = redis;
    this.commands = RedisClient.create(URI.create(redis.url()));
    this.keycloak = keycloak;
    this.checking = checking;
    this.trusting = trusting;
    this.token = token;
  }

  static AppPair start(Plan plan) throws IOException, InterruptedException {
    LocalRedis redis = LocalRedis.start(0);
    DistributionServer keycloak = null;
    RelyingApp checking = null;
    try {
      keycloak = DistributionServer.start(keycloak(plan, redis));
      String issuer = keycloak.url() + "/realms/app";
      checking = app(plan, "checking", issuer, redis, Map.of());
      RelyingApp trusting = app(plan, "trusting", issuer, redis, Map.of(SWITCH, "false"));
      AppPair pair = new AppPair(redis, keycloak, checking, trusting, token(issuer));
      await("Redis is fed").atMost(PATIENCE).until(() -> pair.status(checkingUrl(pair)) == 200);
      return pair;
    } catch (IOException | RuntimeException e) {
      if (checking != null) {
        checking.close();
      }
      if (keycloak != null) {
        keycloak.close();
      }
      redis.close();
      throw e;
    }
  }

  private static URI checkingUrl(AppPair pair) {
    return pair.checking.url();
  }

  private static ServerSpec keycloak(Plan plan, LocalRedis redis) throws IOException {
    return ServerSpec.builder()
        .name("benchmark-relying-app")
        .option("log-level", "error")
        .option("spi-redis-connection--default--url", redis.url())
        .option("spi-password-policy--breached-password--online", "false")
        .environment(RealmFile.developmentEnvironment())
        .realmFile(
            RealmFile.development()
                .plus("{\"accessTokenLifespan\": 7200}")
                .writeTo(plan.folder("realms").resolve("relying-app")))
        .build();
  }

  private static RelyingApp app(
      Plan plan, String name, String issuer, LocalRedis redis, Map<String, String> environment)
      throws IOException {
    int port = FreePort.next();
    return RelyingApp.start(
        new RelyingApp.Spec(
            "benchmark-relying-app-" + name,
            URI.create("http://127.0.0.1:" + port),
            issuer,
            redis.port(),
            plan.folder("relying-app-" + port),
            environment,
            List.of("-Xms256m", "-Xmx256m")));
  }

  private static String token(String issuer) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(issuer + "/protocol/openid-connect/token"))
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "grant_type=password&client_id=dev-cli&username=alice"
                                + "&password=correct-dev-battery&scope=openid%20tasks:read"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    return new ObjectMapper().readTree(answer.body()).path("access_token").asText();
  }

  /** Nanoseconds of a call of the app that asks Redis. */
  long checked() throws IOException {
    return call(checking.url());
  }

  /** Nanoseconds of a call of the app that does not. */
  long unchecked() throws IOException {
    return call(trusting.url());
  }

  /** Nanoseconds of a question to Redis, as Jedis asks it. */
  long roundTrip() {
    long start = System.nanoTime();
    boolean there = commands.exists("revoked:nothing-of-this-name");
    long time = System.nanoTime() - start;
    if (there) {
      throw new IllegalStateException("somebody has revoked it");
    }
    return time;
  }

  /** How often Redis was asked about a token, as it counts itself. */
  long questions() {
    Object answer = commands.sendCommand(Protocol.Command.INFO, "commandstats");
    for (String line : SafeEncoder.encode((byte[]) answer).lines().toList()) {
      if (line.startsWith("cmdstat_mget:calls=")) {
        return Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(',')));
      }
    }
    return 0;
  }

  private long call(URI app) throws IOException {
    long start = System.nanoTime();
    int status = status(app);
    long time = System.nanoTime() - start;
    if (status != 200) {
      throw new IOException(app + " answered " + status);
    }
    return time;
  }

  /** On a connection that is kept. */
  private int status(URI app) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) app.resolve("/api/tasks").toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    connection.setRequestProperty("Authorization", "Bearer " + token);
    int status = connection.getResponseCode();
    try (InputStream body =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      if (body != null) {
        body.readAllBytes();
      }
    }
    return status;
  }

  @Override
  public void close() {
    try {
      checking.close();
      trusting.close();
      keycloak.close();
    } finally {
      commands.close();
      redis.close();
    }
  }
}
