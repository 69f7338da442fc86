package dev.bulwark.server;

import dev.bulwark.server.installation.BuildFolder;
import dev.bulwark.server.process.Readiness;
import dev.bulwark.server.process.ServerProcess;
import dev.bulwark.server.process.ServerStartException;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keycloak from its own archive, as a process of this machine. It can be killed and started again,
 * on the same ports and data.
 *
 * <p>Safe for use by several threads.
 */
public final class DistributionServer implements KeycloakServer {

  private static final Logger log = LoggerFactory.getLogger(DistributionServer.class);

  /** System property: options for the virtual machines of all servers, such as an agent. */
  private static final String JVM_OPTIONS = "server.jvm.options";

  private static final Duration BUILD_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  private final ServerSpec spec;
  private final KeycloakHome home;
  private final int httpPort;
  private final int managementPort;
  private final Path logFile;
  private ServerProcess process;

  private DistributionServer(
      ServerSpec spec,
      KeycloakHome home,
      int httpPort,
      int managementPort,
      Path logFile,
      ServerProcess process) {
    this.spec = spec;
    this.home = home;
    this.httpPort = httpPort;
    this.managementPort = managementPort;
    this.logFile = logFile;
    this.process = process;
  }

  /**
   * Prepares the server's folder, runs {@code kc.sh build} where needed, starts the server and
   * waits until it is ready.
   *
   * @throws ServerStartException with the end of the log, when the server ends or is not ready
   *     within four minutes
   */
  public static DistributionServer start(ServerSpec spec) {
    KeycloakHome home = KeycloakHome.prepare(spec);
    int http = spec.httpPort() != 0 ? spec.httpPort() : FreePort.next();
    int management = spec.managementPort() != 0 ? spec.managementPort() : FreePort.next();
    Path logFile = BuildFolder.work().resolve("logs").resolve(spec.name() + ".log");
    try {
      if (!spec.development()) {
        home.build(buildOptions(spec), () -> build(spec, home, logFile));
      }
      if (PreparedDatabase.suits(home, spec)) {
        PreparedDatabase.copyInto(home, spec);
      }
      ServerProcess process = launch(spec, home, http, management, logFile, false);
      return new DistributionServer(spec, home, http, management, logFile, process);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start Keycloak " + spec.name(), e);
    }
  }

  @Override
  public URI url() {
    return URI.create("http://127.0.0.1:" + httpPort);
  }

  @Override
  public URI managementUrl() {
    return URI.create("http://127.0.0.1:" + managementPort);
  }

  @Override
  public synchronized String log() {
    return process.output();
  }

  /** Process id of the running server. */
  public synchronized long pid() {
    return process.pid();
  }

  /** The server's folder, with its {@code data}. */
  public Path home() {
    return home.folder();
  }

  /** Ends the server at once, as {@code kill -9} does, and waits for its end. */
  public synchronized void kill() {
    process.kill();
  }

  /** Stops the server as an operator does (SIGTERM) and waits for its end. */
  public synchronized void stop() {
    process.stop(STOP_TIMEOUT);
  }

  /** Starts the stopped or killed server again, on the same ports and data. */
  public synchronized void startAgain() {
    if (process.isAlive()) {
      throw new IllegalStateException(spec.name() + " is still running");
    }
    try {
      process = launch(spec, home, httpPort, managementPort, logFile, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start Keycloak " + spec.name() + " again", e);
    }
  }

  /** Returns what is known about the end of the process, which has ended. */
  public synchronized String ending() {
    return process.ending();
  }

  /** Runs the action when the process that runs now has ended, for whatever reason. */
  public synchronized void onExit(Runnable action) {
    process.onExit(action);
  }

  @Override
  public void close() {
    stop();
  }

  private static Map<String, String> buildOptions(ServerSpec spec) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("db", "dev-file");
    options.put("health-enabled", "true");
    options.put("metrics-enabled", "true");
    options.putAll(spec.buildOptions());
    return options;
  }

  private static void build(ServerSpec spec, KeycloakHome home, Path logFile) throws IOException {
    log.info("Building Keycloak {}", spec.name());
    List<String> command = new ArrayList<>(List.of(home.launcher().toString(), "build"));
    buildOptions(spec).forEach((key, value) -> command.add("--" + key + "=" + value));
    Map<String, String> environment = environment(spec);
    environment.merge(
        "JAVA_OPTS_APPEND", ServerSpec.QUICK_START, (one, other) -> one + " " + other);
    ServerProcess build =
        ServerProcess.start(
            spec.name() + " build", command, environment, logFile, spec.echo(), false);
    int exit = build.await(BUILD_TIMEOUT);
    if (exit != 0) {
      throw new ServerStartException("kc.sh build ended with " + exit + ":\n" + build.tail());
    }
  }

  private static ServerProcess launch(
      ServerSpec spec, KeycloakHome home, int http, int management, Path logFile, boolean append)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(home.launcher().toString()));
    Map<String, String> options = new LinkedHashMap<>();
    if (spec.development()) {
      command.add("start-dev");
      options.putAll(buildOptions(spec));
    } else {
      command.addAll(List.of("start", "--optimized"));
      options.put("http-enabled", "true");
      options.put("hostname-strict", "false");
    }
    options.put("http-host", "127.0.0.1");
    options.put("http-port", Integer.toString(http));
    options.put("http-management-port", Integer.toString(management));
    options.put("cache", "local");
    options.putAll(spec.limiterOptions());
    options.putAll(spec.options());
    if (!spec.realmFiles().isEmpty()) {
      command.add("--import-realm");
    }
    options.forEach((key, value) -> command.add("--" + key + "=" + value));
    for (int port : new int[] {http, management}) {
      if (FreePort.isOpen(port)) {
        // Whoever answers there would pass for the server that cannot start.
        throw new ServerStartException(
            "Keycloak " + spec.name() + " cannot start: port " + port + " is taken.");
      }
    }
    log.info("Starting Keycloak {} on port {}", spec.name(), http);
    Map<String, String> environment = environment(spec);
    String more = System.getProperty(JVM_OPTIONS, "");
    environment.merge("JAVA_OPTS_APPEND", more, (one, other) -> (one + " " + other).strip());
    ServerProcess process =
        ServerProcess.start(spec.name(), command, environment, logFile, spec.echo(), append);
    Readiness.await(URI.create("http://127.0.0.1:" + management), process, START_TIMEOUT);
    log.info("Keycloak {} is ready", spec.name());
    return process;
  }

  private static Map<String, String> environment(ServerSpec spec) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("JAVA_OPTS_KC_HEAP", "-Xms128m -Xmx768m -XX:MaxMetaspaceSize=384m");
    environment.put("JAVA_OPTS_APPEND", String.join(" ", spec.jvmOptions()));
    environment.putAll(spec.environment());
    return environment;
  }
}
