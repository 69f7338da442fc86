package dev.bulwark.server;

import dasniko.testcontainers.keycloak.KeycloakContainer;
import dev.bulwark.server.installation.BuildFolder;
import dev.bulwark.server.installation.Folders;
import dev.bulwark.server.process.Readiness;
import dev.bulwark.server.process.ServerStartException;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
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
    int http = spec.httpPort() != 0 ? spec.httpPort() : FreePort.next();
    int management = spec.managementPort() != 0 ? spec.managementPort() : FreePort.next();
    Map<String, String> environment = new LinkedHashMap<>(spec.environment());
    // The image's own choice is 70 % of the machine's memory.
    environment.put("JAVA_OPTS_KC_HEAP", "-Xms128m -Xmx768m -XX:MaxMetaspaceSize=384m");
    environment.put("JAVA_OPTS_APPEND", String.join(" ", spec.jvmOptions()));
    URI managementUrl = URI.create("http://127.0.0.1:" + management);
    KeycloakContainer container =
        new HostNetworkContainer(
            "quay.io/keycloak/keycloak:" + keycloakVersion(), environment, managementUrl);
    container.withNetworkMode("host");
    container.withExposedPorts();
    List<String> command = new ArrayList<>(List.of(spec.development() ? "start-dev" : "start"));
    options(spec, http, management).forEach((key, value) -> command.add("--" + key + "=" + value));
    if (!spec.realmFiles().isEmpty()) {
      command.add("--import-realm");
    }
    List<Path> providers = new ArrayList<>(spec.providers());
    if (spec.withBundle()) {
      providers.add(BuildFolder.bundle());
    }
    for (Path jar : providers) {
      container.withCopyFileToContainer(
          MountableFile.forHostPath(jar), "/opt/keycloak/providers/" + jar.getFileName());
    }
    if (!spec.realmFiles().isEmpty()) {
      // A folder and not its files: the folders above a copied file would belong to root, and the
      // server could not write its data.
      container.withCopyFileToContainer(
          MountableFile.forHostPath(dataFolder(spec), 0777), "/opt/keycloak/data");
    }
    // KeycloakContainer makes its own command from its settings; this one must be the last word.
    container.withCreateContainerCmdModifier(create -> create.withCmd(command));
    try {
      container.start();
      return new ContainerServer(container, URI.create("http://127.0.0.1:" + http), managementUrl);
    } catch (RuntimeException e) {
      container.stop();
      throw Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
          .filter(ServerStartException.class::isInstance)
          .map(ServerStartException.class::cast)
          .findFirst()
          .orElseGet(() -> new ServerStartException("Keycloak's container did not start", e));
    }
  }

  /** What the server finds in its {@code data} folder: the realm files to import. */
  private static Path dataFolder(ServerSpec spec) {
    Path data = BuildFolder.work().resolve("container").resolve(spec.name()).resolve("data");
    try {
      Folders.delete(data);
      Path target = Files.createDirectories(data.resolve("import"));
      for (Path realm : spec.realmFiles()) {
        Files.copy(realm, target.resolve(realm.getFileName()));
      }
      return data;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + data, e);
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
    options.putAll(spec.limiterOptions());
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

  /** No mapped ports, which {@link KeycloakContainer} would ask, on the host's network. */
  private static final class HostNetworkContainer extends KeycloakContainer {

    private final Map<String, String> environment;
    private final URI managementUrl;

    HostNetworkContainer(String image, Map<String, String> environment, URI managementUrl) {
      super(image);
      this.environment = environment;
      this.managementUrl = managementUrl;
    }

    @Override
    protected void configure() {
      super.configure();
      // After it, for it has set an administrator of its own.
      withEnv(environment);
      setWaitStrategy(new Ready(this, managementUrl));
      setExposedPorts(List.of());
    }
  }

  /**
   * Waits until the server is ready, which is after the import of the realm. Sees the container's
   * end at once, and keeps its log, for a container that did not start is removed.
   */
  private static final class Ready extends AbstractWaitStrategy {

    private final KeycloakContainer container;
    private final URI managementUrl;

    Ready(KeycloakContainer container, URI managementUrl) {
      this.container = container;
      this.managementUrl = managementUrl;
    }

    @Override
    protected void waitUntilReady() {
      try {
        if (!Readiness.becomesReady(managementUrl, container::isRunning, START_TIMEOUT)) {
          String what =
              container.isRunning() ? "is not ready after " + START_TIMEOUT : "ended at its start";
          throw new ServerStartException(
              "Keycloak's container " + what + ":\n" + container.getLogs());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ServerStartException("interrupted while Keycloak's container started", e);
      }
    }
  }
}
