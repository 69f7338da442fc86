package dev.bulwark.it.logout;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.util.function.UnaryOperator;

/** A Keycloak on PostgreSQL that a test may kill. */
final class LogoutServer implements AutoCloseable {

  private final RedisProcess redis;
  private final PostgresProcess database;
  private final DistributionServer keycloak;
  private final AdminApi admin;

  private LogoutServer(RedisProcess redis, PostgresProcess database, DistributionServer keycloak) {
    this.redis = redis;
    this.database = database;
    this.keycloak = keycloak;
    this.admin = new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  static LogoutServer start(String name) {
    return start(name, spec -> spec);
  }

  /**
   * Starts one.
   *
   * @param more adds options
   */
  static LogoutServer start(String name, UnaryOperator<ServerSpec.Builder> more) {
    PostgresProcess database = PostgresProcess.prepared();
    RedisProcess redis = RedisProcess.start();
    return new LogoutServer(
        redis,
        database,
        DistributionServer.start(
            more.apply(
                    database.configure(
                        TestStack.manyFromOneAddress(TestStack.spec(name, redis.url()))))
                .build()));
  }

  DistributionServer keycloak() {
    return keycloak;
  }

  PostgresProcess database() {
    return database;
  }

  AdminApi admin() {
    return admin;
  }

  /** The sum over all labels of a metric; 0 if there is none of that name. */
  double metric(String name) {
    return Metrics.sum(keycloak.managementUrl(), name);
  }

  @Override
  public void close() {
    keycloak.close();
    redis.close();
    database.close();
  }
}
