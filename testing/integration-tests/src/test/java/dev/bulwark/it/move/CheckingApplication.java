package dev.bulwark.it.move;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Http;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An old application that checks passwords for Keycloak: {@code src/test/python/legacy-login} by
 * uvicorn, with the endpoint of docs/move.
 */
final class CheckingApplication implements AutoCloseable {

  static final String SECRET = "a-secret-of-keycloak-and-the-old-application";

  private static final Path CODE =
      Path.of("src", "test", "python", "legacy-login").toAbsolutePath();
  private static final Duration START = Duration.ofSeconds(60);

  private final String python;
  private final Path folder;
  private final int port = FreePort.next();
  private Process process;

  private CheckingApplication(String python, Path folder) throws IOException {
    this.python = python;
    this.folder = folder;
    this.process = launch();
  }

  /**
   * Starts it; skips the test where something lacks.
   *
   * @param folder gets its log
   */
  static CheckingApplication start(Path folder) {
    String python =
        Programs.requirePython(
            Map.of(
                "fastapi", "python3-fastapi", "uvicorn", "uvicorn", "passlib", "python3-passlib"));
    try {
      Files.writeString(
          folder.resolve("endpoint.py"),
          Guide.of("move").blocks("Without the hashes", "python").get(0));
      CheckingApplication application = new CheckingApplication(python, folder);
      await().atMost(START).until(application::answers);
      return application;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process launch() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(python, "-m", "uvicorn", "app:app", "--port", Integer.toString(port)))
            .directory(CODE.toFile())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve("application.log").toFile()));
    builder.environment().put("CHECK_SECRET", SECRET);
    builder.environment().put("ENDPOINT", folder.resolve("endpoint.py").toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    return builder.start();
  }

  private boolean answers() {
    if (!process.isAlive()) {
      throw new AssertionError("uvicorn ended: " + folder.resolve("application.log"));
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet: asked again.
      return false;
    }
  }

  String endpoint() {
    return at("/internal/check-password");
  }

  void addUser(String login, String password) {
    put("/test/users/" + login + "/" + password);
  }

  /** How it answers from now on. */
  void behave(String mode) {
    put("/test/mode/" + mode);
  }

  /** How often it was asked about a user since its start. */
  int asked(String login) {
    return Http.get(at("/test/asked/" + login)).expect(200).json().get("count").asInt();
  }

  private void put(String path) {
    Http.send(Http.request(at(path)).PUT(HttpRequest.BodyPublishers.noBody())).expect(200);
  }

  private String at(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  /** Ends the process at once, without its answers under way; its users are forgotten. */
  void stop() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void startAgain() {
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await().atMost(START).until(this::answers);
  }

  @Override
  public void close() {
    stop();
  }
}
