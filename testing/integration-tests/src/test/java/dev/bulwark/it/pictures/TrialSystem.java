package dev.bulwark.it.pictures;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.server.RelyingApp;
import dev.bulwark.server.ServerSpec;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * The system of {@code mvn -Prun}, with its ports, so that pictures show the addresses that readers
 * have. On PostgreSQL.
 */
final class TrialSystem implements AutoCloseable {

  private static final int REDIS_PORT = 6379;
  private static final String KEYCLOAK = "http://localhost:8080";
  private static final String APP = "http://localhost:8081";

  private final PostgresProcess database = PostgresProcess.prepared();
  private final LocalRedis redis = LocalRedis.start(REDIS_PORT);
  private final DistributionServer keycloak;
  private final RelyingApp app;

  TrialSystem() {
    ServerSpec.Builder spec =
        TestStack.spec("pictures", redis.url())
            .ports(8080, 9000)
            // Nobody here: the limit is for this machine too, as in mvn -Prun.
            .option("spi-login-rate-limiter--default--allowed-networks", "192.0.2.0/24");
    keycloak = DistributionServer.start(database.configure(spec).build());
    app =
        RelyingApp.start(
            new RelyingApp.Spec(
                "pictures-relying-app",
                URI.create(APP),
                KEYCLOAK + "/realms/app",
                REDIS_PORT,
                WorkFolder.of("relying-app", "pictures"),
                Map.of(
                    "API_KEY_CLIENT_ID", "gateway", "API_KEY_CLIENT_SECRET", "gateway-dev-secret"),
                List.of("-XX:TieredStopAtLevel=1")));
  }

  URI url() {
    return URI.create(KEYCLOAK);
  }

  String app(String path) {
    return APP + path;
  }

  Realm realm() {
    return new Realm(url(), "app");
  }

  AdminApi admin() {
    return new AdminApi(url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  PostgresProcess database() {
    return database;
  }

  @Override
  public void close() {
    app.close();
    keycloak.close();
    redis.close();
    database.close();
  }
}
