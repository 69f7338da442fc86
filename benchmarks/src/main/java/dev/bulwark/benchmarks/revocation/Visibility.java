package dev.bulwark.benchmarks.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.server.LocalRedis;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.RedisClient;

/** Whether the key is there when the response to a logout or revocation has arrived. */
final class Visibility implements Measurement {

  private static final int CALLERS = 8;

  private final Plan plan;

  Visibility(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "visibility";
  }

  @Override
  public void measure(Report report) throws Exception {
    int each = plan.count(5_000, 100);
    AtomicInteger revoked = new AtomicInteger();
    AtomicInteger loggedOut = new AtomicInteger();
    try (LocalRedis redis = LocalRedis.start(0);
        RedisClient client = RedisClient.create(URI.create(redis.url()));
        LedgerServer server = LedgerServer.start(plan, "benchmark-visibility", redis.url())) {
      Callers.times(
          CALLERS,
          each,
          number -> {
            if (isThereAfterRevoke(server, client)) {
              revoked.incrementAndGet();
            }
          });
      Callers.times(
          CALLERS,
          each,
          number -> {
            if (isThereAfterLogout(server, client, number)) {
              loggedOut.incrementAndGet();
            }
          });
    }
    row(report, "Key visible when the response to /revoke has arrived", revoked.get(), each);
    row(report, "Key visible when the response to logout has arrived", loggedOut.get(), each);
  }

  private static void row(Report report, String figure, int visible, int all) {
    report.target(
        figure, visible + " of " + all, "–", "always", visible + " of " + all, visible == all);
  }

  private static boolean isThereAfterRevoke(LedgerServer server, RedisClient client)
      throws Exception {
    LedgerRealm realm = LedgerRealm.QUIET;
    String token =
        server
            .post(server.endpoint(realm, "token"), LedgerServer.clientCredentials())
            .get("access_token")
            .asText();
    server.post(
        server.endpoint(realm, "revoke"),
        LedgerServer.form(
            Map.of(
                "client_id",
                LedgerRealm.SERVICE,
                "client_secret",
                LedgerRealm.SECRET,
                "token",
                token)));
    return client.exists("revoked:" + LedgerServer.jti(token));
  }

  private static boolean isThereAfterLogout(LedgerServer server, RedisClient client, int number)
      throws Exception {
    LedgerRealm realm = LedgerRealm.QUIET;
    JsonNode tokens = server.login(realm, number);
    server.post(
        server.endpoint(realm, "logout"),
        LedgerServer.form(
            Map.of(
                "client_id",
                LedgerRealm.CLIENT,
                "refresh_token",
                tokens.get("refresh_token").asText())));
    return client.exists("revoked:" + LedgerServer.jti(tokens.get("access_token").asText()));
  }
}
