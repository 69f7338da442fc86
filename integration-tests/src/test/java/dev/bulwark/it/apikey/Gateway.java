package dev.bulwark.it.apikey;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.redis.process.Programs;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real reverse proxy that runs a recipe of the documentation, word for word but for addresses.
 */
public final class Gateway implements AutoCloseable {

  private static final Path RECIPES = Path.of("..", "docs", "recipes");
  private static final Duration START = Duration.ofSeconds(30);

  /** Which proxy. */
  public enum Kind {
    NGINX,
    HAPROXY,
    CADDY
  }

  private final int port;
  private final LocalProcess process;

  private Gateway(int port, LocalProcess process) {
    this.port = port;
    this.process = process;
  }

  /** Starts a proxy; skips the test where this machine has none. */
  public static Gateway start(Kind kind, int keycloak, int app) {
    int port = FreePort.next();
    Path folder = WorkFolder.of("processes", "gateway-" + port);
    Folder.delete(folder);
    Folder.make(folder);
    LocalProcess process =
        switch (kind) {
          case NGINX -> nginx(folder, filled("nginx", port, keycloak, app));
          case HAPROXY -> haproxy(folder, port, keycloak, app);
          case CADDY -> caddy(folder, port, keycloak, app);
        };
    return started(kind, port, process);
  }

  private static Gateway started(Kind kind, int port, LocalProcess process) {
    await(kind + " on port " + port)
        .atMost(START)
        .pollInterval(Duration.ofMillis(50))
        .failFast(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException(kind + " ended:\n" + process.output());
              }
            })
        .until(() -> isListening(port));
    return new Gateway(port, process);
  }

  /**
   * Starts nginx with the recipe for package repositories; skips the test where there is none.
   *
   * @param files folder that it serves
   */
  static Gateway packages(int keycloak, Path files) {
    int port = FreePort.next();
    Path folder = WorkFolder.of("processes", "packages-" + port);
    Folder.delete(folder);
    Folder.make(folder);
    String recipe =
        fill(recipe("package-repositories.md", "nginx"), port, keycloak, 0)
            .replace("/srv/packages", files.toAbsolutePath().toString());
    return started(Kind.NGINX, port, nginx(folder, recipe));
  }

  private static LocalProcess nginx(Path folder, String recipe) {
    Path program = Programs.require("nginx", "nginx", Path.of("/usr/sbin"));
    Path file =
        write(
            folder.resolve("nginx.conf"),
            (isRoot() ? "user root;\n" : "")
                + "daemon off;\nerror_log stderr warn;\npid "
                + folder
                + "/nginx.pid;\nevents {}\nhttp {\n  access_log off;\n"
                + temporary(folder)
                + recipe
                + "}\n");
    return LocalProcess.start(
        List.of(program.toString(), "-p", folder.toString(), "-c", file.toString()),
        folder.resolve("output.log"));
  }

  private static String temporary(Path folder) {
    StringBuilder text = new StringBuilder();
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      text.append("  ").append(kind).append("_temp_path ").append(folder).append("/").append(kind);
      text.append(";\n");
    }
    return text.toString();
  }

  private static LocalProcess haproxy(Path folder, int port, int keycloak, int app) {
    Path program = Programs.require("haproxy", "haproxy", Path.of("/usr/sbin"));
    Path script = write(folder.resolve("api-key.lua"), filled("lua", port, keycloak, app));
    Path file =
        write(
            folder.resolve("haproxy.cfg"),
            filled("haproxy", port, keycloak, app)
                .replace("/etc/haproxy/api-key.lua", script.toString()));
    return LocalProcess.start(
        List.of(program.toString(), "-db", "-f", file.toString()), folder.resolve("output.log"));
  }

  private static LocalProcess caddy(Path folder, int port, int keycloak, int app) {
    Path program = Programs.require("caddy", "caddy", Path.of("/usr/bin"));
    Path file =
        write(
            folder.resolve("Caddyfile"),
            "{\n  admin off\n  auto_https off\n  default_bind 127.0.0.1\n}\n"
                + filled("caddyfile", port, keycloak, app)
                    .replace(":8000 {", "http://:" + port + " {"));
    return LocalProcess.start(
        List.of(program.toString(), "run", "--adapter", "caddyfile", "--config", file.toString()),
        folder.resolve("output.log"));
  }

  /** The recipe with the addresses of the test. */
  private static String filled(String language, int port, int keycloak, int app) {
    String page =
        switch (language) {
          case "nginx" -> "api-keys-nginx.md";
          case "caddyfile" -> "api-keys-caddy.md";
          default -> "api-keys-haproxy.md";
        };
    return fill(recipe(page, language), port, keycloak, app);
  }

  private static String fill(String recipe, int port, int keycloak, int app) {
    return recipe
        .replace("127.0.0.1:8080", "127.0.0.1:" + keycloak)
        .replace("127.0.0.1:8081", "127.0.0.1:" + app)
        .replace("listen 8000", "listen 127.0.0.1:" + port)
        .replace("bind :8000", "bind 127.0.0.1:" + port)
        .replace("Basic Z2F0ZXdheTouLi4=", Realm.basic("gateway", "gateway-dev-secret"));
  }

  private static String recipe(String page, String language) {
    Path file = RECIPES.resolve(page);
    try {
      Matcher block =
          Pattern.compile("(?s)\n```" + language + "\n(.*?)\n```\n")
              .matcher(Files.readString(file));
      if (!block.find()) {
        throw new IllegalStateException("no recipe for " + language + " in " + file);
      }
      return block.group(1) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet.
      return false;
    }
  }

  int port() {
    return port;
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    // nginx's workers go with it only when it is asked.
    process.stop("TERM");
  }
}
