package dev.bulwark.it.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Takes events as any program with the specification Standard Webhooks at hand would: a request
 * whose signature or time is wrong gets 401. It can be away for a while.
 */
final class WebhookReceiver implements AutoCloseable {

  static final String SECRET = "whsec_TWZLUTlyOEdLWXFyVHdqVVBEOElMUFpJbzJMYUxhU3c=";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TOLERANCE_SECONDS = 300;

  /** An event that was taken. */
  record Taken(String id, String type, JsonNode event) {

    /** Below {@code data}. */
    String text(String pointer) {
      return event.at("/data" + pointer).asText();
    }
  }

  private final List<Taken> taken = new CopyOnWriteArrayList<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private final List<String> paths = new CopyOnWriteArrayList<>();
  private final List<Instant> times = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile ToIntFunction<Taken> answer = event -> 204;
  private volatile String location = "";
  private volatile @Nullable Duration retryAfter;
  private HttpServer server;
  private final int port;

  private WebhookReceiver(HttpServer server) {
    this.server = server;
    this.port = server.getAddress().getPort();
  }

  static WebhookReceiver start() {
    WebhookReceiver receiver = new WebhookReceiver(listen(0));
    receiver.serve();
    return receiver;
  }

  private static HttpServer listen(int port) {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
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
    return "http://127.0.0.1:" + port + "/events";
  }

  /** Answers each event with the status of the function; one in the 200s means that it is taken. */
  void answer(ToIntFunction<Taken> status) {
    answer = status;
  }

  /** Where the answers redirect to. */
  void location(String url) {
    location = url;
  }

  /** What the answers ask for; null for nothing. */
  void retryAfter(@Nullable Duration time) {
    retryAfter = time;
  }

  /** Refuses connections from now on. */
  void away() {
    server.stop(0);
  }

  void back() {
    server = listen(port);
    serve();
  }

  List<Taken> taken() {
    return taken;
  }

  /** Requests that no honest sender makes. */
  List<String> refused() {
    return refused;
  }

  /** Of all requests. */
  List<String> paths() {
    return paths;
  }

  /** Of all requests that have their answer, when they came. */
  List<Instant> times() {
    return times;
  }

  private void handle(HttpExchange exchange) throws IOException {
    Instant start = Instant.now();
    try (exchange) {
      paths.add(exchange.getRequestURI().getPath());
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String id = exchange.getRequestHeaders().getFirst("webhook-id");
      String time = exchange.getRequestHeaders().getFirst("webhook-timestamp");
      String signature = exchange.getRequestHeaders().getFirst("webhook-signature");
      int status;
      if (!isSigned(id + "." + time + "." + body, signature) || !isFresh(time)) {
        refused.add(exchange.getRequestHeaders() + "\n" + body);
        status = 401;
      } else {
        JsonNode event = JSON.readTree(body);
        Taken received = new Taken(id, event.get("type").asText(), event);
        status = answer.applyAsInt(received);
        if (status / 100 == 2) {
          taken.add(received);
        }
      }
      if (status / 100 == 3) {
        exchange.getResponseHeaders().add("Location", location);
      }
      @Nullable Duration asked = retryAfter;
      if (asked != null) {
        exchange.getResponseHeaders().add("Retry-After", Long.toString(asked.toSeconds()));
      }
      exchange.sendResponseHeaders(status, -1);
      // Not before: a test that has seen the request may change what is answered.
      times.add(start);
    }
  }

  private static boolean isFresh(String time) {
    return Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(time)) < TOLERANCE_SECONDS;
  }

  private static boolean isSigned(String signed, String signature) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      byte[] secret = Base64.getDecoder().decode(SECRET.substring("whsec_".length()));
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      byte[] code = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
      String expected = "v1," + Base64.getEncoder().encodeToString(code);
      return List.of(signature.split(" ")).stream()
          .anyMatch(
              each ->
                  MessageDigest.isEqual(
                      each.getBytes(StandardCharsets.UTF_8),
                      expected.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
