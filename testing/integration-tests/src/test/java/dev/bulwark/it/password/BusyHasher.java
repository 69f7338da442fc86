package dev.bulwark.it.password;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.Response;
import dev.bulwark.server.KeycloakServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Has a server's hasher compute one costly hash after the other, each of which takes all its
 * permits. So whatever else needs a hash waits for its turn behind them. The users of these hashes
 * are of a realm of their own, so that failed logins elsewhere take no longer.
 */
public final class BusyHasher implements AutoCloseable {

  private static final String REALM = "busy-hasher";
  private static final int USERS = 8;

  /** KiB that a permit of the shipped options stands for. */
  private static final int PERMIT = 65_536;

  /** KiB times passes of one hash: about a second. */
  private static final int WORK = 2 * 1024 * 1024;

  private final KeycloakServer keycloak;
  private final AdminApi admin;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<CompletableFuture<Response>> logins = new ArrayList<>();

  /**
   * Makes the users, and keeps nobody busy yet.
   *
   * @param admin that has just logged in: its next login would wait, too
   */
  public BusyHasher(KeycloakServer keycloak, AdminApi admin) {
    this.keycloak = keycloak;
    this.admin = admin;
    int memory = (int) metric("bulwark_password_permits_total") * PERMIT;
    List<Map<String, Object>> users = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      users.add(
          Map.of("username", user(i), "enabled", true, "credentials", List.of(costlyHash(memory))));
    }
    admin.makeRealm(
        Json.object("realm", REALM, "enabled", true, "sslRequired", "none", "users", users));
  }

  private static Map<String, String> costlyHash(int memory) {
    return Map.of(
        "type",
        "password",
        "credentialData",
        Json.of(
            Map.of(
                "algorithm",
                "argon2",
                "hashIterations",
                Math.max(1, WORK / memory),
                "additionalParameters",
                Map.of(
                    "type", List.of("id"),
                    "version", List.of("1.3"),
                    "memory", List.of(Integer.toString(memory)),
                    "parallelism", List.of("1"),
                    "hashLength", List.of("32")))),
        "secretData",
        Json.object(
            "value",
            "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
            "salt",
            "MDEyMzQ1Njc4OWFiY2RlZg=="));
  }

  private static String user(int number) {
    return "busy-" + number;
  }

  /** Starts so many logins with a wrong password, and returns when all of them compute or wait. */
  public void keepBusy(int count) {
    long before = arrivals();
    for (int i = 0; i < count; i++) {
      String user = user(logins.size());
      logins.add(start(() -> login(user)));
    }
    awaitArrivals(before + count);
  }

  /** Starts a login, which waits for its turn when it needs a hash. */
  public CompletableFuture<Response> start(Supplier<Response> login) {
    return CompletableFuture.supplyAsync(login, threads);
  }

  /** Waits until the login of a user of the realm {@code app} is committed. */
  public void awaitLogin(String userId) {
    await("login")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                !admin
                    .get("/realms/app/events?type=LOGIN&user=" + userId)
                    .expect(200)
                    .json()
                    .isEmpty());
  }

  private Response login(String user) {
    return Http.postForm(
        keycloak.url() + "/realms/" + REALM + "/protocol/openid-connect/token",
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "admin-cli",
            "username",
            user,
            "password",
            "wrong-battery"));
  }

  /** How often a hash was asked for since the server's start. */
  public long arrivals() {
    return (long)
        (metric("bulwark_password_wait_seconds_count") + metric("bulwark_password_waiting"));
  }

  /** Waits until a hash was asked for so often. */
  public void awaitArrivals(long count) {
    await("arrivals")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> arrivals() >= count);
  }

  private double metric(String name) {
    return Metrics.sum(keycloak.managementUrl(), name);
  }

  /** Waits for the logins, and removes their users. */
  @Override
  public void close() {
    logins.forEach(login -> login.join().expect(400));
    threads.shutdown();
    admin.delete("/realms/" + REALM).expect(204);
  }
}
