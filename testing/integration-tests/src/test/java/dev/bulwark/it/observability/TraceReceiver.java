package dev.bulwark.it.observability;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Takes spans as a collector does: OTLP over HTTP, in protocol buffers (opentelemetry-proto, {@code
 * trace.proto}).
 */
final class TraceReceiver implements AutoCloseable {

  /**
   * A span.
   *
   * @param scope name of what made it
   * @param trace id of the trace, in hexadecimal
   * @param parent id of the span above; empty for the first of a trace
   * @param kind as OpenTelemetry names it
   * @param attributes numbers as texts
   * @param failed whether its status is an error
   * @param said every text of the status and of the events
   */
  record Span(
      String scope,
      String trace,
      String id,
      String parent,
      String name,
      String kind,
      Map<String, String> attributes,
      boolean failed,
      String said) {

    boolean isFirst() {
      return parent.isEmpty();
    }
  }

  private static final List<String> KINDS =
      List.of("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER");

  private static final int ERROR = 2;

  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  private TraceReceiver(HttpServer server) {
    this.server = server;
  }

  static TraceReceiver start() {
    try {
      TraceReceiver receiver =
          new TraceReceiver(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
      receiver.server.createContext("/v1/traces", receiver::handle);
      receiver.server.setExecutor(receiver.threads);
      receiver.server.start();
      return receiver;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Those received so far. */
  List<Span> spans() {
    return spans;
  }

  /** The span above; empty for the first of a trace, and while it has not come. */
  Optional<Span> above(Span span) {
    return spans.stream()
        .filter(other -> other.trace().equals(span.trace()) && other.id().equals(span.parent()))
        .findFirst();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      OtlpMessage request = OtlpMessage.parse(exchange.getRequestBody().readAllBytes());
      for (OtlpMessage.Field resource : request.all(1)) {
        for (OtlpMessage.Field scoped : resource.message().all(2)) {
          OtlpMessage scopeSpans = scoped.message();
          String scope =
              scopeSpans.all(1).stream()
                  .map(field -> field.message().text(1))
                  .findFirst()
                  .orElse("");
          scopeSpans.all(2).forEach(span -> spans.add(span(scope, span.message())));
        }
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private static Span span(String scope, OtlpMessage span) {
    StringBuilder said = new StringBuilder();
    span.all(11)
        .forEach(
            event ->
                said.append(event.message().text(2)).append(attributes(event.message().all(3))));
    boolean failed = false;
    for (OtlpMessage.Field status : span.all(15)) {
      said.append(status.message().text(2));
      failed = status.message().all(3).stream().anyMatch(code -> code.value() == ERROR);
    }
    return new Span(
        scope,
        hex(span, 1),
        hex(span, 2),
        hex(span, 4),
        span.text(5),
        KINDS.get((int) span.all(6).stream().mapToLong(OtlpMessage.Field::value).sum()),
        attributes(span.all(9)),
        failed,
        said.toString());
  }

  private static String hex(OtlpMessage span, int number) {
    return span.all(number).stream().findFirst().map(OtlpMessage.Field::hex).orElse("");
  }

  private static Map<String, String> attributes(List<OtlpMessage.Field> fields) {
    Map<String, String> attributes = new TreeMap<>();
    for (OtlpMessage.Field field : fields) {
      OtlpMessage attribute = field.message();
      StringBuilder value = new StringBuilder();
      attribute.all(2).stream()
          .flatMap(any -> any.message().fields().stream())
          .forEach(
              any ->
                  value.append(
                      switch (any.number()) {
                        case 2, 3 -> Long.toString(any.value());
                        case 4 -> Double.toString(any.number64());
                        default -> any.text();
                      }));
      attributes.put(attribute.text(1), value.toString());
    }
    return attributes;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
