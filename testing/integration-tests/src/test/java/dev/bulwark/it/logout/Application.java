package dev.bulwark.it.logout;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;

/**
 * An application with a back-channel logout URL. It checks each logout token with the library of
 * Connect2id, as OpenID Connect Back-Channel Logout 1.0 (2.6) says, and can be away for a while.
 */
final class Application implements AutoCloseable {

  static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

  /** The server of a test that was just killed needs longer than the 500 ms of the library. */
  private static final int KEYS_MILLIS = 10_000;

  /** A request with a valid token. */
  record Call(String path, JWTClaimsSet claims, long time) {

    String sid() {
      return String.valueOf(claims.getClaim("sid"));
    }

    String jti() {
      return claims.getJWTID();
    }
  }

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final List<Call> acknowledged = new CopyOnWriteArrayList<>();
  private final List<String> forged = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
  private final int port;
  private volatile ToIntFunction<Call> answer = call -> 200;
  private HttpServer server;

  private Application(HttpServer server) {
    this.server = server;
    this.port = server.getAddress().getPort();
  }

  /**
   * Starts one.
   *
   * @param realm URL of the realm, which is the issuer
   * @param clientId what the tokens are for
   */
  static Application start(String realm, String clientId, JWSAlgorithm algorithm) {
    return start(realm, realm, clientId, algorithm);
  }

  /**
   * Starts one that finds the keys at another address than the issuer's.
   *
   * @param keysRealm URL of the realm at a node
   */
  static Application start(
      String realm, String keysRealm, String clientId, JWSAlgorithm algorithm) {
    Application application = new Application(listen(0));
    try {
      JWKSource<SecurityContext> keys =
          JWKSourceBuilder.create(
                  URI.create(keysRealm + "/protocol/openid-connect/certs").toURL(),
                  new DefaultResourceRetriever(KEYS_MILLIS, KEYS_MILLIS))
              .rateLimited(false)
              .retrying(true)
              .build();
      application.processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithm, keys));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    application.processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("logout+jwt")));
    application.processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            Set.of(clientId),
            new JWTClaimsSet.Builder().issuer(realm).build(),
            Set.of("sub", "sid", "iat", "exp", "jti", "events"),
            Set.of("nonce")));
    application.serve();
    return application;
  }

  private static HttpServer listen(int port) {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve() {
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + port + "/logout";
  }

  /** Answers each call with the status of the function; one in the 200s acknowledges it. */
  void answer(ToIntFunction<Call> status) {
    answer = status;
  }

  /** Refuses connections from now on. */
  void away() {
    server.stop(0);
  }

  void back() {
    server = listen(port);
    serve();
  }

  /** All calls with a valid token. */
  List<Call> calls() {
    return calls;
  }

  /** Those that were answered with a status in the 200s. */
  List<Call> acknowledged() {
    return acknowledged;
  }

  /** Requests without a valid token, with the reason. */
  List<String> forged() {
    return forged;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      int status;
      try {
        Call call =
            new Call(
                exchange.getRequestURI().getPath(),
                verify(exchange, body),
                System.currentTimeMillis());
        calls.add(call);
        status = answer.applyAsInt(call);
        if (status / 100 == 2) {
          acknowledged.add(call);
        }
      } catch (ParseException | BadJOSEException | JOSEException | IllegalArgumentException e) {
        forged.add(e + "\n" + exchange.getRequestURI() + "\n" + body);
        status = 400;
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private JWTClaimsSet verify(HttpExchange exchange, String body)
      throws ParseException, BadJOSEException, JOSEException {
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (!exchange.getRequestMethod().equals("POST")
        || !String.valueOf(type).startsWith("application/x-www-form-urlencoded")
        || !body.startsWith("logout_token=")) {
      throw new IllegalArgumentException("no logout request");
    }
    String token =
        URLDecoder.decode(body.substring("logout_token=".length()), StandardCharsets.UTF_8);
    JWTClaimsSet claims = processor.process(token, null);
    if (!claims.getJSONObjectClaim("events").containsKey(EVENT)) {
      throw new IllegalArgumentException("no logout event");
    }
    return claims;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
