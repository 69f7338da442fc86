package dev.bulwark.it.move;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An application that does its own authentication: the Python code of {@code
 * src/test/python/old-application} by uvicorn, with a PostgreSQL of its own, filled by its {@code
 * seed.py}.
 */
final class OldApplication implements AutoCloseable {

  static final String SECRET = "an-old-secret-of-at-least-32-bytes!";

  private static final Path CODE =
      Path.of("src", "test", "python", "old-application").toAbsolutePath();
  private static final Duration START = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PostgresProcess database;
  private final List<OldUser> users;
  private final List<String> retiredKeys;
  private final List<String> serviceKeys;
  private final Process process;
  private final int port;

  private OldApplication(
      PostgresProcess database,
      List<OldUser> users,
      List<String> retiredKeys,
      List<String> serviceKeys,
      Process process,
      int port) {
    this.database = database;
    this.users = users;
    this.retiredKeys = retiredKeys;
    this.serviceKeys = serviceKeys;
    this.process = process;
    this.port = port;
  }

  /**
   * Fills the database and starts the application; skips the test where something lacks.
   *
   * @param folder gets its log
   * @param redis URL of the Redis for sessions and revoked tokens
   */
  static OldApplication start(Path folder, String redis) {
    String python =
        Programs.requirePython(
            Map.of(
                "fastapi", "python3-fastapi",
                "uvicorn", "uvicorn",
                "jwt", "python3-jwt",
                "redis", "python3-redis",
                "passlib", "python3-passlib",
                "argon2", "python3-argon2",
                "bcrypt", "python3-bcrypt",
                "pyotp", "python3-pyotp",
                "psycopg2", "python3-psycopg2",
                "itsdangerous", "python3-itsdangerous"));
    PostgresProcess database = PostgresProcess.start();
    int port = FreePort.next();
    Map<String, String> environment =
        Map.of(
            "JWT_SECRET",
            SECRET,
            "OLD_REDIS",
            redis,
            "OLD_DATABASE",
            database.uri(),
            "PYTHONDONTWRITEBYTECODE",
            "1");
    try {
      List<OldUser> users = new ArrayList<>();
      List<String> retired = new ArrayList<>();
      List<String> services = new ArrayList<>();
      for (String line : seed(folder, python, environment)) {
        JsonNode known = JSON.readTree(line);
        if (known.has("kind")) {
          users.add(OldUser.of(known));
        }
        if (known.has("retired")) {
          retired.add(known.get("retired").textValue());
        }
        known.path("services").forEach(key -> services.add(key.textValue()));
      }
      ProcessBuilder server =
          builder(environment, python, "-m", "uvicorn", "app:app", "--port", port + "")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("old-application.log").toFile());
      OldApplication application =
          new OldApplication(database, users, retired, services, server.start(), port);
      await().atMost(START).until(application::answers);
      return application;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> seed(Path folder, String python, Map<String, String> environment)
      throws IOException {
    Path errors = folder.resolve("seed.log");
    Path known = folder.resolve("known.jsonl");
    Process seed =
        builder(environment, python, "seed.py")
            .redirectError(errors.toFile())
            .redirectOutput(known.toFile())
            .start();
    try {
      if (seed.waitFor() != 0) {
        throw new AssertionError("seed.py failed: " + Files.readString(errors));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return Files.readAllLines(known);
  }

  private static ProcessBuilder builder(Map<String, String> environment, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(CODE.toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  private boolean answers() {
    if (!process.isAlive()) {
      throw new AssertionError("uvicorn ended");
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet: asked again.
      return false;
    }
  }

  List<OldUser> users() {
    return users;
  }

  /** The user of a kind. */
  OldUser user(String kind) {
    return users.stream().filter(user -> user.kind().equals(kind)).findFirst().orElseThrow();
  }

  /** Keys that were deactivated. */
  List<String> retiredKeys() {
    return retiredKeys;
  }

  /** Good keys that belong to no user. */
  List<String> serviceKeys() {
    return serviceKeys;
  }

  /**
   * Logs in.
   *
   * @param code of the authenticator app; null for none
   */
  Response login(OldUser user, @Nullable String code) {
    ObjectNode body = JSON.createObjectNode();
    body.put("email", user.email()).put("password", user.password()).put("code", code);
    return post("/login", body);
  }

  /** Logs out, so that both tokens are revoked. */
  void logout(JsonNode tokens) {
    post("/logout", tokens).expect(200);
  }

  /** A request with an access token. */
  Response tasks(String token) {
    return Http.get(at("/tasks"), "Authorization", "Bearer " + token);
  }

  private Response post(String path, JsonNode body) {
    return Http.send(
        Http.request(at(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  private String at(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  /** All rows of the old application, without what the move adds. */
  String contents() {
    return sql(
        """
        SELECT to_jsonb(u) - 'sub' FROM users u ORDER BY id;
        SELECT to_jsonb(k) FROM api_keys k ORDER BY id
        """);
  }

  String sql(String statements) {
    return database.sql(statements);
  }

  /** For {@code psql}. */
  String uri() {
    return database.uri();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    database.close();
  }
}
