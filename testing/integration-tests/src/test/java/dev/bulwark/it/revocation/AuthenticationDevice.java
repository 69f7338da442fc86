package dev.bulwark.it.revocation;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The authentication device of CIBA: Keycloak sends it each authentication request. It accepts them
 * and keeps the credentials with which the result is to be reported.
 */
final class AuthenticationDevice implements AutoCloseable {

  /** Option of the server with the {@link #url}. */
  static final String OPTION =
      "spi-ciba-auth-channel--ciba-http-auth-channel--http-authentication-channel-uri";

  private final HttpServer server;
  private volatile @Nullable String authorization;

  private AuthenticationDevice(HttpServer server) {
    this.server = server;
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          authorization = exchange.getRequestHeaders().getFirst("Authorization");
          exchange.sendResponseHeaders(201, -1);
          exchange.close();
        });
    server.start();
  }

  /** Starts one on a free port of this machine. */
  static AuthenticationDevice start() {
    try {
      return new AuthenticationDevice(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** The header of the last request, which Keycloak has sent before it answers its client. */
  String lastAuthorization() {
    return Objects.requireNonNull(authorization, "no request has come");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
