package dev.bulwark.benchmarks.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.server.LocalRedis;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import redis.clients.jedis.RedisClient;

/**
 * One call that ends everything of a user with 1,000 live tokens (R10): of one session, and of a
 * session each. PostgreSQL flushes each commit to its disk.
 */
final class GlobalRevocation implements Measurement {

  private static final int TOKENS = 1_000;
  private static final int CALLERS = 8;
  private static final double MOST_SECONDS = 1;

  /** Calls before those that count: the code is compiled then. */
  private static final int WARM_UP = 2;

  private static final String SCOPE = "global-token-revocation";
  private static final String CLIENT = "bench-revoker";
  private static final LedgerRealm REALM = LedgerRealm.QUIET;

  private final Plan plan;

  GlobalRevocation(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "global-revocation";
  }

  /** How the tokens of a user come about. */
  @FunctionalInterface
  private interface Issuing {

    /** The ids of {@link #TOKENS} new tokens of a user. */
    Queue<String> issue(LedgerServer server, int user) throws Exception;
  }

  @Override
  public void measure(Report report) throws Exception {
    try (LocalRedis redis = LocalRedis.start(0);
        RedisClient client = RedisClient.create(URI.create(redis.url()));
        LedgerServer server =
            LedgerServer.start(plan, "benchmark-global", redis.url(), "fsync=on")) {
      allowCaller(server);
      row(report, "1 session with 1,000 tokens", server, client, GlobalRevocation::ofOneSession);
      row(report, "1,000 sessions with a token each", server, client, GlobalRevocation::ofSessions);
    }
  }

  private void row(
      Report report, String user, LedgerServer server, RedisClient redis, Issuing issuing)
      throws Exception {
    List<Double> seconds = new ArrayList<>();
    int calls = plan.count(20, 3);
    for (int i = -WARM_UP; i < calls; i++) {
      Progress.say("a user of " + user + ", call " + (i + WARM_UP + 1));
      double taken = call(server, redis, i + WARM_UP, issuing);
      if (i >= 0) {
        seconds.add(taken);
      }
    }
    Samples samples = Samples.of(seconds);
    String median = Samples.number(samples.median(), 2) + " s";
    report.target(
        "Global token revocation of a user of " + user + ": until 204 (longest)",
        median + " (" + Samples.number(samples.max(), 2) + " s)",
        samples.spread(2),
        "≤ 1 s",
        median,
        Bound.atMost(samples.median(), MOST_SECONDS));
  }

  /** Seconds from the request to the answer. */
  private static double call(LedgerServer server, RedisClient redis, int user, Issuing issuing)
      throws Exception {
    Queue<String> ids = issuing.issue(server, user);
    String id = userId(server, user);
    String token =
        server
            .post(
                server.endpoint(REALM, "token"),
                LedgerServer.clientCredentials(CLIENT) + "&scope=" + SCOPE)
            .get("access_token")
            .asText();
    String body = "{\"sub_id\":{\"format\":\"opaque\",\"id\":\"" + id + "\"}}";
    long began = System.nanoTime();
    server.postJson(server.url(REALM) + "/" + SCOPE, token, body);
    double seconds = (System.nanoTime() - began) / 1e9;
    long found = redis.exists(ids.stream().map(jti -> "revoked:" + jti).toArray(String[]::new));
    if (found != TOKENS) {
      throw new IllegalStateException("Redis has " + found + " of " + TOKENS + " keys with 204");
    }
    return seconds;
  }

  private static Queue<String> ofOneSession(LedgerServer server, int user) throws Exception {
    Queue<String> ids = new ConcurrentLinkedQueue<>();
    JsonNode login = server.login(REALM, user);
    add(ids, login);
    String refresh = LedgerServer.refresh(login.get("refresh_token").asText());
    Callers.times(
        CALLERS,
        TOKENS - 1,
        number -> add(ids, server.post(server.endpoint(REALM, "token"), refresh)));
    return ids;
  }

  private static Queue<String> ofSessions(LedgerServer server, int user) throws Exception {
    Queue<String> ids = new ConcurrentLinkedQueue<>();
    Callers.times(CALLERS, TOKENS, number -> add(ids, server.login(REALM, user)));
    return ids;
  }

  private static void add(Queue<String> ids, JsonNode tokens) throws IOException {
    ids.add(LedgerServer.jti(tokens.get("access_token").asText()));
  }

  private static String userId(LedgerServer server, int user) throws Exception {
    return server
        .admin(
            "GET",
            "/realms/" + REALM.name() + "/users?exact=true&username=" + LedgerRealm.user(user))
        .get(0)
        .get("id")
        .asText();
  }

  /** Makes a client that may call. */
  private static void allowCaller(LedgerServer server) throws Exception {
    String path = "/realms/" + REALM.name();
    server.adminPost(path + "/client-scopes", Map.of("name", SCOPE, "protocol", "openid-connect"));
    server.adminPost(
        path + "/clients",
        Map.of(
            "clientId",
            CLIENT,
            "secret",
            LedgerRealm.SECRET,
            "serviceAccountsEnabled",
            true,
            "optionalClientScopes",
            List.of(SCOPE)));
  }
}
