package dev.bulwark.server;

import dev.bulwark.server.installation.BuildFolder;
import dev.bulwark.server.process.ServerProcess;
import dev.bulwark.server.process.ServerStartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The relying app as a process of its own, on the loopback interface: the jar that its module
 * builds. Thread-safe.
 */
public final class RelyingApp implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
  private static final long POLL_MILLIS = 50;

  private final ServerProcess process;
  private final URI url;

  private RelyingApp(ServerProcess process, URI url) {
    this.process = process;
    this.url = url;
  }

  /**
   * What to start.
   *
   * @param name names its log
   * @param url where it listens and how browsers reach it, without a path: HTTP with a port
   * @param issuer the realm
   * @param redisPort of the Redis on the loopback interface that Keycloak feeds
   * @param folder for its data
   * @param environment more variables, which have precedence
   * @param jvmOptions options of its virtual machine
   */
  public record Spec(
      String name,
      URI url,
      String issuer,
      int redisPort,
      Path folder,
      Map<String, String> environment,
      List<String> jvmOptions) {

    public Spec {
      environment = Map.copyOf(environment);
      jvmOptions = List.copyOf(jvmOptions);
    }
  }

  /**
   * Starts it and waits until it answers.
   *
   * @throws ServerStartException with the end of its log, if it ends or does not answer
   */
  public static RelyingApp start(Spec spec) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("SERVER_ADDRESS", "127.0.0.1");
    environment.put("RELYING_APP_PORT", Integer.toString(spec.url().getPort()));
    environment.put("RELYING_APP_URL", spec.url().toString());
    environment.put(
        "RELYING_APP_SECRET", RealmFile.developmentEnvironment().get("RELYING_APP_SECRET"));
    environment.put("KEYCLOAK_ISSUER", spec.issuer());
    environment.put("REDIS_HOST", "127.0.0.1");
    environment.put("REDIS_PORT", Integer.toString(spec.redisPort()));
    environment.put("DATABASE_URL", "jdbc:h2:file:" + spec.folder().resolve("tasks"));
    environment.putAll(spec.environment());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(spec.jvmOptions());
    command.addAll(List.of("-jar", BuildFolder.relyingApp().toString()));
    try {
      Files.createDirectories(spec.folder());
      RelyingApp app =
          new RelyingApp(
              ServerProcess.start(
                  spec.name(),
                  command,
                  environment,
                  BuildFolder.work().resolve("logs").resolve(spec.name() + ".log"),
                  false,
                  false),
              spec.url());
      app.awaitAnswer();
      return app;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitAnswer() {
    HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER_TIMEOUT).build();
    HttpRequest request = HttpRequest.newBuilder(url.resolve("/")).timeout(ANSWER_TIMEOUT).build();
    long end = System.nanoTime() + START_TIMEOUT.toNanos();
    while (true) {
      if (!process.isAlive()) {
        throw new ServerStartException(
            "The relying app has ended (" + process.ending() + "):\n" + process.tail());
      }
      if (System.nanoTime() > end) {
        close();
        throw new ServerStartException(
            "The relying app does not answer within " + START_TIMEOUT + ":\n" + process.tail());
      }
      try {
        if (answers(http, request)) {
          return;
        }
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        close();
        Thread.currentThread().interrupt();
        throw new ServerStartException("interrupted", e);
      }
    }
  }

  private static boolean answers(HttpClient http, HttpRequest request) throws InterruptedException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      // Not yet.
      return false;
    }
  }

  public URI url() {
    return url;
  }

  /** What it has logged so far. */
  public String log() {
    return process.output();
  }

  @Override
  public void close() {
    process.stop(STOP_TIMEOUT);
  }
}
