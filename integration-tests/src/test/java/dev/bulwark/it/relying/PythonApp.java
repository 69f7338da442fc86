package dev.bulwark.it.relying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.testing.FreePort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * The FastAPI application of clients/python/README.md in a uvicorn process on the loopback
 * interface.
 */
final class PythonApp implements AutoCloseable {

  private static final Path CLIENT = Path.of("..", "clients", "python").toAbsolutePath();
  private static final String NEEDED = "import fastapi, uvicorn, redis, jwt, cryptography";
  private static final Duration START = Duration.ofSeconds(60);

  private final Process process;
  private final int port;

  private PythonApp(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it and waits until it answers. Skips the test where no Python has what it imports.
   *
   * @param folder gets the application and its log
   * @param issuer the realm's URL
   * @param redisPort port of Keycloak's Redis on the loopback interface
   */
  static PythonApp start(Path folder, String issuer, int redisPort) {
    int port = FreePort.next();
    Path log = folder.resolve("log");
    try {
      Files.writeString(
          folder.resolve("app.py"),
          readme()
              .replace("redis://redis:6379", "redis://127.0.0.1:" + redisPort)
              .replace("https://sso.example.org/realms/app", issuer));
      ProcessBuilder builder =
          new ProcessBuilder(
                  interpreter(), "-m", "uvicorn", "app:app", "--port", Integer.toString(port))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().put("PYTHONPATH", CLIENT.resolve("src") + File.pathSeparator + folder);
      PythonApp app = new PythonApp(builder.start(), port);
      await()
          .atMost(START)
          .until(
              () -> {
                if (!app.process.isAlive()) {
                  throw new AssertionError("uvicorn ended: " + Files.readString(log));
                }
                return app.answers();
              });
      return app;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet: asked again.
      return false;
    }
  }

  /** The application, the first block of Python code. */
  private static String readme() throws IOException {
    Matcher block =
        Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(CLIENT.resolve("README.md")));
    assertThat(block.find()).as("a block of Python in the README").isTrue();
    assertThat(block.group(1)).contains("redis://redis:6379", "https://sso.example.org/realms/app");
    return block.group(1);
  }

  private static String interpreter() throws IOException {
    for (String candidate : List.of("python3", "/usr/bin/python3")) {
      try {
        Process probe =
            new ProcessBuilder(candidate, "-c", NEEDED)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (probe.waitFor() == 0) {
          return candidate;
        }
      } catch (IOException e) {
        // No such program: the next one is tried.
        continue;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return Assumptions.abort(
        "No Python here has FastAPI, uvicorn, redis-py, PyJWT and cryptography (Debian packages"
            + " python3-fastapi, uvicorn, python3-redis, python3-jwt, python3-cryptography).");
  }

  String at(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  /** The answer to a request with a token. */
  Response tasks(String token) {
    return Http.get(at("/api/tasks"), "Authorization", "Bearer " + token);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
