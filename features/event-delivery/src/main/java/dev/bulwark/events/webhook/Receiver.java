package dev.bulwark.events.webhook;

import dev.bulwark.delivery.Answer;
import dev.bulwark.http.OutboundHttp;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.stream.Collectors;

/**
 * Sends events to the receiver, with the headers of the specification Standard Webhooks. It follows
 * no redirect, uses no proxy and reads no body. Thread-safe.
 */
final class Receiver implements AutoCloseable {

  private static final int NO_BODY = 0;

  private final WebhookConfig config;
  private final Clock clock;
  private final OutboundHttp http;

  Receiver(WebhookConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.http =
        new OutboundHttp(
            "bulwark-webhook-http", config.requestTimeout(), HttpClient.Builder.NO_PROXY, null);
  }

  /**
   * Sends an event and waits for the answer.
   *
   * @throws InterruptedException if the server is about to stop
   */
  Answer send(String eventId, String body) throws InterruptedException {
    long timestamp = clock.instant().getEpochSecond();
    String signatures =
        config.signatures().stream()
            .map(signature -> signature.sign(eventId, timestamp, body))
            .collect(Collectors.joining(" "));
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(config.url())
              .header("Content-Type", "application/cloudevents+json; charset=utf-8")
              .header("webhook-id", eventId)
              .header("webhook-timestamp", Long.toString(timestamp))
              .header("webhook-signature", signatures)
              .POST(HttpRequest.BodyPublishers.ofString(body));
      HttpResponse<byte[]> response =
          http.send(request, config.requestTimeout(), NO_BODY, status -> false);
      return Answer.of(
          response.statusCode(), response.headers().firstValue("Retry-After").orElse(null));
    } catch (IOException e) {
      return Answer.none(String.valueOf(e.getCause() == null ? e : e.getCause()));
    } catch (IllegalArgumentException e) {
      // An id that is no header: it must not stop the others.
      return Answer.unsendable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
