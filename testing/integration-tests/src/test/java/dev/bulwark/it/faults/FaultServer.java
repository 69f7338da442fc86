package dev.bulwark.it.faults;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.SharedDatabase;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Waits;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.status.SwitchedRealmsHealthCheck;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A Keycloak with the bundle that a test may kill. */
public final class FaultServer implements AutoCloseable {

  private final DistributionServer keycloak;
  private final AdminApi admin;

  /** Ends with the server. */
  private final Optional<DatabaseProcess> own;

  private FaultServer(DistributionServer keycloak, Optional<DatabaseProcess> own) {
    this.keycloak = keycloak;
    this.own = own;
    this.admin = new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  /**
   * Starts it.
   *
   * @param database null for one of its own, the same as the shared server's ({@link
   *     SharedDatabase})
   */
  public static FaultServer start(
      String name,
      String redisUrl,
      @Nullable DatabaseProcess database,
      UnaryOperator<ServerSpec.Builder> more) {
    ServerSpec.Builder spec =
        ServerSpec.builder()
            .name(name)
            .shortLived()
            .option("spi-redis-connection--default--url", redisUrl)
            // Realms of tests switch nothing on.
            .option("spi-events-listener--redis-revocation--everywhere", "true")
            .option("spi-api-key--default--everywhere", "true")
            .option("spi-login-rate-limiter--default--everywhere", "true")
            .option("log-level", "info")
            .environment("KC_BOOTSTRAP_ADMIN_USERNAME", TestStack.ADMIN_USERNAME)
            .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD);
    Optional<DatabaseProcess> own = database == null ? SharedDatabase.start() : Optional.empty();
    own.or(() -> Optional.ofNullable(database)).ifPresent(process -> process.configure(spec));
    return new FaultServer(DistributionServer.start(more.apply(spec).build()), own);
  }

  public DistributionServer keycloak() {
    return keycloak;
  }

  /** The admin REST API. One for all: each one logs in by a password. */
  public AdminApi admin() {
    return admin;
  }

  /** The sum over all labels of a metric; 0 if there is none of that name. */
  public double metric(String name) {
    return Metrics.sum(keycloak.managementUrl(), name);
  }

  /** Waits until at least so much is counted, which may be after a test sees what is counted. */
  public void awaitMetric(String name, double atLeast) {
    await(name + " >= " + atLeast).atMost(Waits.SOON).until(() -> metric(name) >= atLeast);
  }

  /** Waits until the node knows that Redis is there (1) or away (0). */
  public void awaitRedisUp(double expected) {
    await("bulwark_redis_up = " + expected)
        .atMost(Waits.SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> metric("bulwark_redis_up") == expected);
  }

  Response readiness() {
    return Http.get(keycloak.managementUrl() + "/health/ready");
  }

  /** One check of {@code /health/ready}. */
  static JsonNode check(Response readiness, String name) {
    for (JsonNode check : readiness.json().get("checks")) {
      if (check.get("name").asText().equals(name)) {
        return check;
      }
    }
    throw new AssertionError("no check " + name + " in " + readiness.body());
  }

  /** In how many realms health says that a part is on; -1 before the first count. */
  long realms(String part) {
    return check(readiness(), SwitchedRealmsHealthCheck.NAME).at("/data/" + part).asLong(-1);
  }

  @Override
  public void close() {
    keycloak.close();
    own.ifPresent(DatabaseProcess::close);
  }
}
