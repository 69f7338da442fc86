package dev.bulwark.it.support;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.SharedDatabase;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.ServerSpec;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A Keycloak of one class or package, whose options the shared server does not have. It starts on
 * the database that it starts fastest with ({@link SharedDatabase#startForOwnServer}), which ends
 * with it. Safe for use by several threads.
 */
public final class OwnServer implements KeycloakServer {

  private static final List<OwnServer> UNTIL_THE_END = new CopyOnWriteArrayList<>();

  private final DistributionServer keycloak;
  private final Optional<DatabaseProcess> database;
  private final AdminApi admin;

  private OwnServer(DistributionServer keycloak, Optional<DatabaseProcess> database) {
    this.keycloak = keycloak;
    this.database = database;
    this.admin = new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  /**
   * Starts it.
   *
   * @param spec a database that it names stays the test's own
   * @throws dev.bulwark.server.process.ServerStartException if the server does not start; its
   *     database has ended then
   */
  public static OwnServer start(ServerSpec.Builder spec) {
    Optional<DatabaseProcess> database =
        spec.build().buildOptions().containsKey("db")
            ? Optional.empty()
            : SharedDatabase.startForOwnServer();
    database.ifPresent(process -> process.configure(spec));
    try {
      return new OwnServer(DistributionServer.start(spec.build()), database);
    } catch (RuntimeException e) {
      database.ifPresent(DatabaseProcess::close);
      throw e;
    }
  }

  /** Starts one that several classes use, and that ends with the test run. */
  public static OwnServer startUntilTheEnd(ServerSpec.Builder spec) {
    OwnServer server = start(spec);
    UNTIL_THE_END.add(server);
    return server;
  }

  /** Ends those servers at the end of the test run, each before its database. */
  static void endAll() {
    UNTIL_THE_END.parallelStream().forEach(OwnServer::close);
    UNTIL_THE_END.clear();
  }

  /** The process, which a test may kill and start again. */
  public DistributionServer keycloak() {
    return keycloak;
  }

  /** The admin REST API. One for all: each one logs in by a password. */
  public AdminApi admin() {
    return admin;
  }

  @Override
  public URI url() {
    return keycloak.url();
  }

  @Override
  public URI managementUrl() {
    return keycloak.managementUrl();
  }

  @Override
  public String log() {
    return keycloak.log();
  }

  @Override
  public void close() {
    keycloak.close();
    database.ifPresent(DatabaseProcess::close);
  }
}
