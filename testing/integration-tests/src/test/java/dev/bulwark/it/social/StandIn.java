package dev.bulwark.it.social;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the stand-ins of both providers have in common: one registered application, accounts, a page
 * on which a person agrees or refuses, codes that work once, and faults on demand. Thread-safe.
 *
 * @param <P> an account
 */
abstract class StandIn<P> implements AutoCloseable {

  static final ObjectMapper JSON = new ObjectMapper();

  private static final String CONSENT = "/consent-of-the-stand-in";

  private final String clientId;
  private final String clientSecret = UUID.randomUUID().toString();
  private final HttpServer server;
  private final Map<String, P> accounts = new ConcurrentHashMap<>();
  private final Map<String, Grant<P>> codes = new ConcurrentHashMap<>();
  private final Map<String, Grant<P>> tokens = new ConcurrentHashMap<>();
  private final Map<String, HttpHandler> faults = new ConcurrentHashMap<>();
  private volatile String redirectUri = "";

  /**
   * What a person agreed to.
   *
   * @param request the parameters of the authorization request
   */
  record Grant<P>(P account, Map<String, String> request) {

    @Nullable String parameter(String name) {
      return request.get(name);
    }
  }

  /**
   * @param server not started yet
   */
  StandIn(String clientId, HttpServer server) {
    this.clientId = clientId;
    this.server = server;
    server.createContext("/", this::handle);
    server.setExecutor(
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, clientId);
              thread.setDaemon(true);
              return thread;
            }));
    server.start();
  }

  /** Answers a request for one of the provider's own addresses. */
  abstract void answer(HttpExchange exchange, String path) throws IOException;

  /** Path of the authorization endpoint. */
  abstract String authorizationPath();

  String clientId() {
    return clientId;
  }

  String clientSecret() {
    return clientSecret;
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  /** The only address that people are sent back to. */
  void register(String uri) {
    redirectUri = uri;
  }

  void add(String id, P account) {
    accounts.put(id, account);
  }

  /** Answers a path in another way until {@link #mend}. */
  void fault(String path, HttpHandler handler) {
    faults.put(path, handler);
  }

  void mend() {
    faults.clear();
  }

  /** The grant of a code, which is spent with this; null for none. */
  @Nullable Grant<P> redeem(String code) {
    return codes.remove(code);
  }

  void issue(String accessToken, Grant<P> grant) {
    tokens.put(accessToken, grant);
  }

  /** The grant behind the bearer token of a request; null for none. */
  @Nullable Grant<P> bearer(HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    return header == null || !header.startsWith("Bearer ")
        ? null
        : tokens.get(header.substring("Bearer ".length()));
  }

  /** Whether the verifier of the request is that of the code's challenge (RFC 7636, S256). */
  static boolean hasVerifier(Grant<?> grant, Map<String, String> form) {
    String challenge = grant.parameter("code_challenge");
    String verifier = form.get("code_verifier");
    return challenge != null
        && verifier != null
        && "S256".equals(grant.parameter("code_challenge_method"))
        && challenge.equals(sha256(verifier));
  }

  static String sha256(String text) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  static Map<String, String> parameters(@Nullable String encoded) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (encoded != null && !encoded.isEmpty()) {
      for (String pair : encoded.split("&")) {
        String[] parts = pair.split("=", 2);
        parameters.put(decode(parts[0]), parts.length < 2 ? "" : decode(parts[1]));
      }
    }
    return parameters;
  }

  static Map<String, String> form(HttpExchange exchange) throws IOException {
    return parameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
  }

  static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
    send(exchange, status, "application/json; charset=utf-8", JSON.writeValueAsString(body));
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    HttpHandler fault = faults.get(path);
    if (fault != null) {
      fault.handle(exchange);
    } else if (path.equals(authorizationPath())) {
      ask(exchange);
    } else if (path.equals(CONSENT)) {
      decide(exchange);
    } else {
      answer(exchange, path);
    }
  }

  /** The page of the authorization endpoint: one button for each account, and one to refuse. */
  private void ask(HttpExchange exchange) throws IOException {
    Map<String, String> request = parameters(exchange.getRequestURI().getRawQuery());
    if (!clientId.equals(request.get("client_id"))
        || !redirectUri.equals(request.get("redirect_uri"))) {
      send(exchange, 400, "text/plain", "unknown application or address: " + request);
      return;
    }
    String hidden =
        request.entrySet().stream()
            .map(
                entry ->
                    "<input type=\"hidden\" name=\"%s\" value=\"%s\">"
                        .formatted(escape(entry.getKey()), escape(entry.getValue())))
            .collect(Collectors.joining("\n"));
    String buttons =
        accounts.keySet().stream()
            .sorted()
            .map(
                id -> "<button name=\"account\" value=\"%1$s\">%1$s</button>".formatted(escape(id)))
            .collect(Collectors.joining("\n"));
    send(
        exchange,
        200,
        "text/html; charset=utf-8",
        "<!doctype html><title>Stand-in</title><form method=\"post\" action=\""
            + CONSENT
            + "\">"
            + hidden
            + buttons
            + "<button name=\"refuse\" value=\"true\">Cancel</button></form>");
  }

  private void decide(HttpExchange exchange) throws IOException {
    Map<String, String> form = form(exchange);
    P account = accounts.get(form.getOrDefault("account", ""));
    String back = form.get("redirect_uri") + "?state=" + encode(form.getOrDefault("state", ""));
    if (form.containsKey("refuse") || account == null) {
      back += refusal();
    } else {
      String code = "4/" + UUID.randomUUID();
      codes.put(code, new Grant<>(account, form));
      back += "&code=" + encode(code) + success();
    }
    exchange.getResponseHeaders().set("Location", back);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  /** The parameters that say that the person refused. */
  abstract String refusal();

  /** Further parameters of a person who agreed. */
  abstract String success();

  static String encode(String value) {
    return java.net.URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static String decode(String value) {
    return URLDecoder.decode(value, StandardCharsets.UTF_8);
  }

  private static String escape(String value) {
    return value.replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
