package dev.bulwark.checker.statuslist;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** By the HTTP client of Java, with a time-out of 3 s. */
final class HttpListSource implements ListSource {

  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final int MOST_BYTES = 4_000_000;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

  @Override
  public Answer get(URI uri, @Nullable String etag) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(TIMEOUT)
            .header("Accept", "application/statuslist+jwt, application/json");
    if (etag != null) {
      request.header("If-None-Match", etag);
    }
    try {
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        return new Answer(
            response.statusCode(),
            new String(body.readNBytes(MOST_BYTES), StandardCharsets.UTF_8),
            response.headers().firstValue("ETag").orElse(null));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
