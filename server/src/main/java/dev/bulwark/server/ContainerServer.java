package dev.bulwark.server;

import dasniko.testcontainers.keycloak.KeycloakContainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.MountableFile;

/**
 * Keycloak's own image with the bundle mounted, through testcontainers-keycloak.
 *
 * <p>The container uses the host's network: a Redis of the tests listens on the loopback interface
 * only.
 */
final class ContainerServer implements KeycloakServer {

  private static final Duration START_TIMEOUT = Duration.ofMinutes(4);

  private final KeycloakContainer container;
  private final URI url;
  private final URI managementUrl;

  private ContainerServer(KeycloakContainer container, URI url, URI managementUrl) {
    this.container = container;
    this.url = url;
    this.managementUrl = managementUrl;
  }

  @SuppressWarnings("resource") // closed by close()
  static ContainerServer start(ServerSpec spec) {
    int http = spec.httpPort() != 0 ? spec.httpPort() : Ports.free();
    int management = spec.managementPort() != 0 ? spec.managementPort() : Ports.free();
    KeycloakContainer container =
        new HostNetworkContainer("quay.io/keycloak/keycloak:" + keycloakVersion());
    container.withNetworkMode("host");
    container.withExposedPorts();
    container.withStartupTimeout(START_TIMEOUT);
    List<String> command = new ArrayList<>(List.of(spec.development() ? "start-dev" : "start"));
    options(spec, http, management).forEach((key, value) -> command.add("--" + key + "=" + value));
    if (!spec.realmFiles().isEmpty()) {
      command.add("--import-realm");
    }
    Map<String, String> environment = new LinkedHashMap<>(spec.environment());
    environment.put("JAVA_OPTS_APPEND", String.join(" ", spec.jvmOptions()));
    container.withEnv(environment);
    List<Path> providers = new ArrayList<>(spec.providers());
    if (spec.withBundle()) {
      providers.add(BuildFolder.bundle());
    }
    for (Path jar : providers) {
      container.withCopyFileToContainer(
          MountableFile.forHostPath(jar), "/opt/keycloak/providers/" + jar.getFileName());
    }
    for (Path realm : spec.realmFiles()) {
      container.withCopyFileToContainer(
          MountableFile.forHostPath(realm), "/opt/keycloak/data/import/" + realm.getFileName());
    }
    // KeycloakContainer makes its own command from its settings; this one must be the last word.
    container.withCreateContainerCmdModifier(create -> create.withCmd(command));
    ContainerServer server =
        new ContainerServer(
            container,
            URI.create("http://127.0.0.1:" + http),
            URI.create("http://127.0.0.1:" + management));
    try {
      container.start();
      // The realm is imported after the log says that the server listens.
      if (!Readiness.becomesReady(server.managementUrl, container::isRunning, START_TIMEOUT)) {
        throw new ServerStartException(
            "Keycloak's container does not become ready:\n" + container.getLogs());
      }
      return server;
    } catch (InterruptedException e) {
      server.close();
      Thread.currentThread().interrupt();
      throw new ServerStartException("interrupted while Keycloak's container started", e);
    } catch (RuntimeException e) {
      String logs = container.getLogs();
      server.close();
      throw new ServerStartException("Keycloak's container did not start:\n" + logs, e);
    }
  }

  @Override
  public URI url() {
    return url;
  }

  @Override
  public URI managementUrl() {
    return managementUrl;
  }

  @Override
  public String log() {
    return container.getLogs();
  }

  @Override
  public void close() {
    container.stop();
  }

  private static Map<String, String> options(ServerSpec spec, int http, int management) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("db", "dev-file");
    options.put("health-enabled", "true");
    options.put("metrics-enabled", "true");
    options.put("cache", "local");
    if (!spec.development()) {
      options.put("http-enabled", "true");
      options.put("hostname-strict", "false");
    }
    options.putAll(spec.buildOptions());
    options.put("http-host", "127.0.0.1");
    options.put("http-port", Integer.toString(http));
    options.put("http-management-port", Integer.toString(management));
    options.putAll(spec.options());
    return options;
  }

  private static String keycloakVersion() {
    try (var in = ContainerServer.class.getResourceAsStream("versions.properties")) {
      Properties versions = new Properties();
      versions.load(in);
      return versions.getProperty("keycloak");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for the log: there are no mapped ports, which {@link KeycloakContainer} would ask, on the
   * host's network.
   */
  private static final class HostNetworkContainer extends KeycloakContainer {

    HostNetworkContainer(String image) {
      super(image);
    }

    @Override
    protected void configure() {
      super.configure();
      setWaitStrategy(
          Wait.forLogMessage(".*Listening on: .*", 1).withStartupTimeout(START_TIMEOUT));
      setExposedPorts(List.of());
    }
  }
}
