package dev.bulwark.it.relying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A FastAPI application of a document in a uvicorn process on the loopback interface. */
final class PythonApp implements AutoCloseable {

  private static final Path CLIENT = Path.of("..", "..", "clients", "python").toAbsolutePath();
  private static final Duration START = Duration.ofSeconds(60);

  /** What the application of the README imports, and the Debian packages with it. */
  private static final Map<String, String> NEEDED =
      Map.of(
          "fastapi", "python3-fastapi",
          "uvicorn", "uvicorn",
          "redis", "python3-redis",
          "jwt", "python3-jwt",
          "cryptography", "python3-cryptography");

  /** What one that logs users in imports besides. */
  private static final Map<String, String> NEEDED_FOR_LOGIN =
      Map.of(
          "authlib", "python3-authlib",
          "httpx", "python3-httpx",
          "itsdangerous", "python3-itsdangerous");

  private final Process process;
  private final int port;

  private PythonApp(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts that of clients/python/README.md and waits until it answers. Skips the test where no
   * Python has what it imports.
   *
   * @param folder gets the application and its log
   * @param issuer the realm's URL
   * @param redisPort port of Keycloak's Redis on the loopback interface
   */
  static PythonApp start(Path folder, String issuer, int redisPort) {
    return start(folder, issuer, redisPort, FreePort.next(), readme().get(0));
  }

  /** As {@link #start}; the application accepts bound tokens, as the README's next block says. */
  static PythonApp startWithResource(Path folder, String issuer, int redisPort) {
    List<String> blocks = readme();
    String resource =
        blocks.stream().filter(block -> block.contains("resource=Resource(")).findFirst().get();
    Matcher guard = Pattern.compile("AsyncGuard\\(.*\\)").matcher(resource);
    assertThat(guard.find()).as(resource).isTrue();
    int port = FreePort.next();
    String code =
        blocks
            .get(0)
            .replace("AsyncGuard(verifier, checker)", guard.group())
            .replace("https://api.example.org", "http://127.0.0.1:" + port);
    String imports = resource.lines().filter(line -> line.startsWith("from ")).findFirst().get();
    return start(folder, issuer, redisPort, port, imports + "\n" + code);
  }

  private static PythonApp start(Path folder, String issuer, int redisPort, int port, String code) {
    try {
      Files.writeString(
          folder.resolve("app.py"),
          code.replace("redis://redis:6379", "redis://127.0.0.1:" + redisPort)
              .replace("https://sso.example.org/realms/app", issuer));
      return run(folder, port, Programs.requirePython(NEEDED), "uvicorn app:app --port " + port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts {@code main.py}, which logs users in, by shell text, and waits until it answers. Skips
   * the test where no Python has what it imports.
   *
   * @param folder gets the application and its log
   * @param port where the application listens
   * @param code of the application
   * @param commands its last one is {@code uvicorn}; what {@code pip} installs has to be there
   */
  static PythonApp startMain(Path folder, int port, String code, String commands) {
    Map<String, String> needed = new HashMap<>(NEEDED);
    needed.putAll(NEEDED_FOR_LOGIN);
    try {
      Files.writeString(folder.resolve("main.py"), code);
      return run(folder, port, Programs.requirePython(needed), commands);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PythonApp run(Path folder, int port, String python, String commands)
      throws IOException {
    Path log = folder.resolve("log");
    String programs =
        """
        pip() { echo "Not run: pip $*"; }
        uvicorn() { exec "$PYTHON" -m uvicorn "$@"; }
        """;
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-eo", "pipefail", "-c", programs + commands)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("PYTHON", python);
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
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet: asked again.
      return false;
    }
  }

  /** The blocks of code, the application first. */
  private static List<String> readme() {
    try {
      List<String> blocks =
          Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
              .matcher(Files.readString(CLIENT.resolve("README.md")))
              .results()
              .map(block -> block.group(1))
              .toList();
      assertThat(blocks.get(0))
          .contains("redis://redis:6379", "https://sso.example.org/realms/app");
      return blocks;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
