package dev.bulwark.it.relying;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** examples/fastapi-app, started by its own command, on the loopback interface. */
final class FastApiApp implements AutoCloseable {

  /** A gateway of the tests comes from here. */
  static final String GATEWAY = "127.0.0.1";

  static final String COOKIE = "FASTAPI_SESSION";

  private static final Map<String, String> NEEDED =
      Map.of(
          "authlib", "python3-authlib",
          "cryptography", "python3-cryptography",
          "fastapi", "python3-fastapi",
          "httpx", "python3-httpx",
          "itsdangerous", "python3-itsdangerous",
          "jinja2", "python3-jinja2",
          "jwt", "python3-jwt",
          "redis", "python3-redis",
          "uvicorn", "uvicorn");
  private static final Duration START = Duration.ofSeconds(120);

  private final Process process;
  private final Path log;
  private final int port;

  private FastApiApp(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /**
   * Starts it and waits until it answers. Skips the test where Python lacks what it imports.
   *
   * @param folder gets its tasks and its log
   */
  static FastApiApp start(TestStack stack, Path folder) {
    String python = Programs.requirePython(NEEDED);
    int port = FreePort.next();
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(
                "bash",
                "-c",
                "exec env " + ShellBlock.of("examples/fastapi-app/README.md", "Run", 2).commands())
            .directory(Repository.root().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "PYTHON",
                python,
                "PYTHONDONTWRITEBYTECODE",
                "1",
                "FASTAPI_APP_PORT",
                Integer.toString(port),
                "FASTAPI_APP_URL",
                "http://127.0.0.1:" + port,
                "KEYCLOAK_ISSUER",
                stack.realm().url(),
                "REDIS_URL",
                "redis://127.0.0.1:" + stack.redis().port(),
                "SESSION_REDIS_URL",
                "redis://127.0.0.1:" + stack.redis().port() + "/1",
                "DATABASE_FILE",
                folder.resolve("tasks.db").toString(),
                "GATEWAY_ADDRESSES",
                GATEWAY));
    try {
      FastApiApp app = new FastApiApp(builder.start(), log, port);
      app.register(stack.admin());
      await()
          .atMost(START)
          .until(
              () -> {
                if (!app.process.isAlive()) {
                  throw new AssertionError("it ended: " + app.log());
                }
                return app.answers();
              });
      return app;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code FASTAPI_APP_URL} does at an import of the realm. */
  private void register(AdminApi admin) {
    String path = "/realms/app/clients/" + admin.clientUuid("fastapi-app");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    client.put("rootUrl", at(""));
    client.putArray("redirectUris").add(at("/auth/callback"));
    ((ObjectNode) client.get("attributes"))
        .put("post.logout.redirect.uris", at("/"))
        .put("backchannel.logout.url", at("/auth/backchannel-logout"));
    admin.put(path, client.toString()).expect(204);
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet: asked again.
      return false;
    }
  }

  URI url() {
    return URI.create(at(""));
  }

  String at(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Response tasks(String token) {
    return Http.get(at("/api/tasks"), "Authorization", "Bearer " + token);
  }

  Response create(String token, String json) {
    return Http.send(
        Http.request(at("/api/tasks"))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
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
