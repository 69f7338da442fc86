package dev.bulwark.benchmarks.revocation;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** What a login, a refresh and a logout take while Redis is down, against while it is up. */
final class RedisAway implements Measurement {

  private static final int CALLERS = 4;
  private static final double MOST_ADDED_MILLIS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** The epoch, and the watermark, which is written once nothing is left to push. */
  private static final int OTHER_KEYS = 2;

  private static final List<String> STEPS = List.of("login", "refresh", "logout");

  private final Plan plan;

  RedisAway(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "redis-down";
  }

  @Override
  public void measure(Report report) throws Exception {
    List<Map<String, Samples>> up = new ArrayList<>();
    List<Map<String, Samples>> down = new ArrayList<>();
    try (LocalRedis redis = LocalRedis.start(0);
        RedisClient client = RedisClient.create(URI.create(redis.url()));
        LedgerServer server = LedgerServer.start(plan, "benchmark-redis-down", redis.url())) {
      round(server);
      int rounds = plan.count(6, 1);
      for (int i = 1; i <= rounds; i++) {
        Progress.say("Redis up, then down: round " + i + " of " + rounds);
        up.add(round(server));
        redis.stop();
        down.add(round(server));
        redis.startAgain();
        awaitInStep(client, server);
        if (i < rounds) {
          round(server);
        }
      }
    }
    for (String step : STEPS) {
      Samples p99Up = Samples.of(up.stream().map(round -> p99(round, step)).toList());
      Samples p99Down = Samples.of(down.stream().map(round -> p99(round, step)).toList());
      double added = p99Down.median() - p99Up.median();
      report.target(
          "Redis down, p99 of a " + step,
          Samples.number(p99Down.median(), 1)
              + " ms against "
              + Samples.number(p99Up.median(), 1)
              + " ms with Redis up",
          p99Down.spread(1) + " against " + p99Up.spread(1),
          "≤ 5 ms more",
          Samples.number(added, 1) + " ms",
          Bound.atMost(added, MOST_ADDED_MILLIS));
    }
  }

  /**
   * Redis has lost everything. Until it has all revoked tokens again, with those of its absence,
   * the server is busy with that.
   */
  private static void awaitInStep(RedisClient client, LedgerServer server) {
    await("Redis has all that is revoked")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        // Connections that Redis's end has broken.
        .ignoreExceptionsInstanceOf(JedisConnectionException.class)
        .until(() -> client.dbSize() >= revoked(server) + OTHER_KEYS);
  }

  private static long revoked(LedgerServer server) {
    return Long.parseLong(server.database().sql("SELECT count(*) FROM bulwark_revoked_token"));
  }

  private static double p99(Map<String, Samples> round, String step) {
    Samples samples = round.get(step);
    if (samples == null) {
      throw new IllegalStateException(step);
    }
    return samples.quantile(0.99);
  }

  private Map<String, Samples> round(LedgerServer server) throws Exception {
    Collection<Double> logins = new ConcurrentLinkedQueue<>();
    Collection<Double> refreshes = new ConcurrentLinkedQueue<>();
    Collection<Double> logouts = new ConcurrentLinkedQueue<>();
    Map<String, Collection<Double>> times =
        Map.of("login", logins, "refresh", refreshes, "logout", logouts);
    Callers.times(CALLERS, plan.count(1_500, 100), number -> session(server, number, times));
    return Map.of(
        "login", Samples.of(logins),
        "refresh", Samples.of(refreshes),
        "logout", Samples.of(logouts));
  }

  private static void session(
      LedgerServer server, int number, Map<String, Collection<Double>> times) throws Exception {
    LedgerRealm realm = LedgerRealm.QUIET;
    long start = System.nanoTime();
    JsonNode tokens = server.login(realm, number);
    long loggedIn = System.nanoTime();
    String refreshToken = tokens.get("refresh_token").asText();
    server.post(server.endpoint(realm, "token"), LedgerServer.refresh(refreshToken));
    long refreshed = System.nanoTime();
    server.post(
        server.endpoint(realm, "logout"),
        LedgerServer.form(Map.of("client_id", LedgerRealm.CLIENT, "refresh_token", refreshToken)));
    long loggedOut = System.nanoTime();
    add(times, "login", loggedIn - start);
    add(times, "refresh", refreshed - loggedIn);
    add(times, "logout", loggedOut - refreshed);
  }

  private static void add(Map<String, Collection<Double>> times, String step, long nanos) {
    Collection<Double> values = times.get(step);
    if (values != null) {
      values.add(nanos / 1e6);
    }
  }
}
