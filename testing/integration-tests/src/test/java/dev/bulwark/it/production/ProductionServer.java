package dev.bulwark.it.production;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestCertificate;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.testing.FreePort;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A server with the settings of {@code docker-compose.yml}, apart from the database: the shipped
 * realm without any addition, HTTPS alone, every secret random and from the environment.
 */
final class ProductionServer implements AutoCloseable {

  static final String APPLICATION = "https://app.example.org";

  private final Map<String, String> secrets;
  private final DistributionServer server;
  private final URI url;
  private final AdminApi admin;

  private ProductionServer(Map<String, String> secrets, DistributionServer server, URI url) {
    this.secrets = secrets;
    this.server = server;
    this.url = url;
    this.admin = new AdminApi(url, "operator", secret("ADMIN_PASSWORD"));
  }

  /** What the shipped files ask the operator for, each with a random value. */
  static Map<String, String> secrets() {
    Map<String, String> secrets = new LinkedHashMap<>();
    for (String name :
        new String[] {
          "RELYING_APP_SECRET", "TASKS_SERVICE_SECRET", "GATEWAY_SECRET", "ADMIN_PASSWORD"
        }) {
      secrets.put(name, UUID.randomUUID().toString());
    }
    return secrets;
  }

  static ServerSpec.Builder spec(String name, Map<String, String> secrets, int httpsPort) {
    Path folder = WorkFolder.of("import", name);
    ServerSpec.Builder spec =
        ServerSpec.builder()
            .name(name)
            // It lives for a minute or two: what it costs to start decides.
            .jvmOption("-XX:TieredStopAtLevel=1")
            .option("spi-redis-connection--default--url", TestStack.get().redisOf("production"))
            .option("spi-password-policy--breached-password--online", "false")
            .option("http-enabled", "false")
            .option("https-port", Integer.toString(httpsPort))
            .option("https-key-store-file", TestCertificate.get().keyStore().toString())
            // The tests watch it by HTTP; nobody else reaches it.
            .option("http-management-scheme", "http")
            .option("hostname", "https://localhost:" + httpsPort)
            .option("hostname-strict", "true")
            .environment("KC_HTTPS_KEY_STORE_PASSWORD", TestCertificate.get().password())
            // As the image has them (Dockerfile).
            .environment("KC_LOG_CONSOLE_OUTPUT", "json")
            .environment("KC_LOG_CONSOLE_JSON_FORMAT", "ecs")
            .environment("KC_SPI_EVENTS_LISTENER__JBOSS_LOGGING__SUCCESS_LEVEL", "info")
            .environment("KC_BOOTSTRAP_ADMIN_USERNAME", "operator")
            .environment("RELYING_APP_URL", APPLICATION)
            .realmFile(RealmFile.shipped().writeTo(folder));
    secrets.forEach(
        (variable, value) ->
            spec.environment(
                variable.equals("ADMIN_PASSWORD") ? "KC_BOOTSTRAP_ADMIN_PASSWORD" : variable,
                value));
    return spec;
  }

  /**
   * @param environment more variables, for example those of the mail server
   */
  static ProductionServer start(Map<String, String> environment) {
    Map<String, String> secrets = secrets();
    int port = FreePort.next();
    ServerSpec.Builder spec = spec("production", secrets, port);
    environment.forEach(spec::environment);
    return new ProductionServer(
        secrets, DistributionServer.start(spec.build()), URI.create("https://localhost:" + port));
  }

  /** Where browsers and applications reach it. */
  URI url() {
    return url;
  }

  /** Where plain HTTP would be. */
  URI httpUrl() {
    return server.url();
  }

  AdminApi admin() {
    return admin;
  }

  Realm realm() {
    return new Realm(url, "app");
  }

  String log() {
    return server.log();
  }

  String secret(String name) {
    String value = secrets.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name);
    }
    return value;
  }

  @Override
  public void close() {
    server.close();
  }
}
