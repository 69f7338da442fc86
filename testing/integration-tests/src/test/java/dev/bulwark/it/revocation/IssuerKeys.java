package dev.bulwark.it.revocation;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.bulwark.it.support.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The JWKS URL of an issuer (RFC 7517), which can fail. */
final class IssuerKeys implements AutoCloseable {

  /** What the URL answers. */
  private record Answer(int status, String body) {}

  private final HttpServer server;
  private volatile Answer answer = new Answer(503, "");

  private IssuerKeys(HttpServer server) {
    this.server = server;
  }

  /** Starts it; it fails until keys are published. */
  static IssuerKeys start() {
    try {
      IssuerKeys keys =
          new IssuerKeys(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
      keys.server.createContext("/keys", keys::answer);
      keys.server.start();
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Publishes the keys of these signers, and no others. */
  void publish(JwtSigner... signers) {
    List<Map<String, Object>> keys = Stream.of(signers).map(JwtSigner::jwk).toList();
    answer(200, Json.of(Map.of("keys", keys)));
  }

  void answer(int status, String body) {
    answer = new Answer(status, body);
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
  }

  private void answer(HttpExchange exchange) throws IOException {
    Answer now = answer;
    try (exchange) {
      byte[] body = now.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(now.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
