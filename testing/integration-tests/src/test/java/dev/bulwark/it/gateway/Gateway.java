package dev.bulwark.it.gateway;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.TestCertificate;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A real reverse proxy with a configuration that is shipped: a recipe of docs/recipes or
 * deploy/docker/gateway.conf, word for word but for addresses and the client's secret.
 */
public final class Gateway implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(30);
  private static final Path HEADERS_MORE =
      Programs.NGINX_MODULES.resolve("ngx_http_headers_more_filter_module.so");
  private static final String SECRET = Realm.basic("gateway", "gateway-dev-secret");

  /** Which proxy, with which configuration. */
  public enum Kind {
    NGINX,
    HAPROXY,
    CADDY,
    /** The recipe for package repositories: nginx that serves files. */
    PACKAGES,
    /**
     * deploy/docker/gateway.conf: nginx with HTTPS, which also lets requests without a key through.
     */
    COMPOSE
  }

  private final Kind kind;
  private final int port;
  private final Path folder;
  private final LocalProcess process;

  private Gateway(Kind kind, int port, Path folder, LocalProcess process) {
    this.kind = kind;
    this.port = port;
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts a proxy; skips the test where this machine has none.
   *
   * @param keycloak port on the loopback interface
   * @param app port on the loopback interface
   */
  public static Gateway start(Kind kind, int keycloak, int app) {
    return start(kind, FreePort.next(), keycloak, app);
  }

  /**
   * Starts a proxy; skips the test where this machine has none.
   *
   * @param port that it listens on
   */
  public static Gateway start(Kind kind, int port, int keycloak, int app) {
    Path folder = emptyFolder(port);
    Map<String, String> keycloakAndApp =
        Map.of(
            "127.0.0.1:8080",
            "127.0.0.1:" + keycloak,
            "127.0.0.1:8081",
            "127.0.0.1:" + app,
            "Basic Z2F0ZXdheTouLi4=",
            SECRET);
    return switch (kind) {
      case NGINX ->
          nginx(
              kind,
              port,
              folder,
              server(
                  folder,
                  Recipe.filled(Recipe.block("nginx.md", "API keys", "nginx"), keycloakAndApp),
                  port));
      case HAPROXY -> haproxy(port, folder, keycloak, app);
      case CADDY -> caddy(port, folder, keycloakAndApp);
      case COMPOSE -> compose(port, folder, keycloak, app);
      case PACKAGES -> throw new IllegalArgumentException("has files in place of an application");
    };
  }

  /**
   * Starts nginx with the recipe for package repositories; skips the test where there is none.
   *
   * @param files folder that it serves
   */
  public static Gateway packages(int keycloak, Path files) {
    int port = FreePort.next();
    String recipe =
        Recipe.filled(
            Recipe.block("nginx.md", "Packages", "nginx"),
            Map.of(
                "127.0.0.1:8080",
                "127.0.0.1:" + keycloak,
                "/srv/packages",
                files.toAbsolutePath().toString(),
                "Basic Z2F0ZXdheTouLi4=",
                SECRET));
    Path folder = emptyFolder(port);
    return nginx(Kind.PACKAGES, port, folder, server(folder, recipe, port));
  }

  /** The lines around a {@code server}, which Debian's nginx.conf has. */
  private static String server(Path folder, String recipe, int port) {
    return """
        MODULES
        pid FOLDER/nginx.pid;
        error_log stderr warn;
        events {}
        http {
          access_log off;
          client_body_temp_path FOLDER/client_body;
          proxy_temp_path FOLDER/proxy;
          fastcgi_temp_path FOLDER/fastcgi;
          uwsgi_temp_path FOLDER/uwsgi;
          scgi_temp_path FOLDER/scgi;
          RECIPE
        }
        """
        .replace("FOLDER", folder.toString())
        .replace("RECIPE", recipe.replace("listen 8000", "listen 127.0.0.1:" + port))
        .replace("MODULES", "load_module " + HEADERS_MORE + ";");
  }

  private static Gateway nginx(Kind kind, int port, Path folder, String configuration) {
    Path program = Programs.require("nginx", "nginx");
    Programs.requireFile(HEADERS_MORE, "libnginx-mod-http-headers-more-filter");
    Path file =
        write(
            folder.resolve("nginx.conf"),
            ("root".equals(System.getProperty("user.name")) ? "user root;\n" : "") + configuration);
    return started(
        kind,
        port,
        folder,
        List.of(
            program.toString(),
            "-p",
            folder.toString(),
            "-c",
            file.toString(),
            "-g",
            "daemon off;"));
  }

  private static Gateway compose(int port, Path folder, int keycloak, int app) {
    TestCertificate.get().identity().writeTo(folder, "gateway");
    write(
        folder.resolve("authorization.conf"),
        "proxy_set_header Authorization \"" + SECRET + "\";\n");
    String configuration = Repository.text("deploy/docker/gateway.conf");
    return nginx(
        Kind.COMPOSE,
        port,
        folder,
        Recipe.filled(
            configuration,
            Map.of(
                "/run/gateway",
                folder.toString(),
                "/certificates/certificate.pem",
                folder.resolve("gateway.crt").toString(),
                "/certificates/key.pem",
                folder.resolve("gateway.key").toString(),
                "/dev/stdout",
                folder.resolve("access.log").toString(),
                "listen 8081",
                "listen 127.0.0.1:" + port,
                "app-behind-gateway:8081",
                "127.0.0.1:" + app,
                "server keycloak:8443",
                "server 127.0.0.1:" + keycloak,
                // These two are reached over HTTP here.
                "https://keycloak/",
                "http://keycloak/",
                "proxy_pass https://app;",
                "proxy_pass http://app;",
                "/trust/authority.pem",
                folder.resolve("gateway.crt").toString())));
  }

  private static Gateway haproxy(int port, Path folder, int keycloak, int app) {
    Path program = Programs.require("haproxy", "haproxy");
    Path script =
        write(
            folder.resolve("api-key.lua"),
            Recipe.filled(
                Recipe.block("haproxy.md", "API keys", "lua"),
                Map.of(
                    "127.0.0.1:8080", "127.0.0.1:" + keycloak, "Basic Z2F0ZXdheTouLi4=", SECRET)));
    Path file =
        write(
            folder.resolve("haproxy.cfg"),
            Recipe.filled(
                Recipe.block("haproxy.md", "API keys", "haproxy"),
                Map.of(
                    "/etc/haproxy/api-key.lua",
                    script.toString(),
                    "bind :8000",
                    "bind 127.0.0.1:" + port,
                    "127.0.0.1:8081",
                    "127.0.0.1:" + app)));
    return started(
        Kind.HAPROXY, port, folder, List.of(program.toString(), "-db", "-f", file.toString()));
  }

  private static Gateway caddy(int port, Path folder, Map<String, String> addresses) {
    Path program = Programs.require("caddy", "caddy");
    String recipe = Recipe.filled(Recipe.block("caddy.md", "API keys", "caddyfile"), addresses);
    Path file =
        write(
            folder.resolve("Caddyfile"),
            "{\n  admin off\n  auto_https off\n  default_bind 127.0.0.1\n}\n"
                + Recipe.filled(recipe, Map.of(":8000 {", "http://:" + port + " {")));
    return started(
        Kind.CADDY,
        port,
        folder,
        List.of(program.toString(), "run", "--adapter", "caddyfile", "--config", file.toString()));
  }

  private static Gateway started(Kind kind, int port, Path folder, List<String> command) {
    LocalProcess process = LocalProcess.start(command, folder.resolve("output.log"));
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
    return new Gateway(kind, port, folder, process);
  }

  private static Path emptyFolder(int port) {
    Path folder = WorkFolder.of("processes", "gateway-" + port);
    Folder.delete(folder);
    Folder.make(folder);
    return folder;
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet.
      return false;
    }
  }

  /** The address without a path. */
  public String url() {
    return kind == Kind.COMPOSE ? "https://localhost:" + port : "http://127.0.0.1:" + port;
  }

  URI uri() {
    return URI.create(url());
  }

  /** Everything that it has written. */
  public String log() {
    try {
      Path access = folder.resolve("access.log");
      return process.output() + (Files.exists(access) ? Files.readString(access) : "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    // nginx's workers go with it only when it is asked.
    process.stop("TERM");
  }
}
