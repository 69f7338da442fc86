package dev.bulwark.checker.statuslist;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * By the HTTP client of Java. An answer has to be there as a whole within the timeout. A redirect
 * is not followed: nobody but the realm itself may say where its keys and lists are.
 */
final class HttpListSource implements ListSource {

  private static final int OK = 200;

  private final Duration timeout;
  private final int mostBytes;
  private final HttpClient client;

  HttpListSource() {
    this(Duration.ofSeconds(3), 4_000_000);
  }

  HttpListSource(Duration timeout, int mostBytes) {
    this.timeout = timeout;
    this.mostBytes = mostBytes;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public Answer get(URI uri, @Nullable String etag) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .header("Accept", "application/statuslist+jwt, application/json");
    if (etag != null) {
      request.header("If-None-Match", etag);
    }
    // The timeout of a request of Java ends at the headers. This one holds for the body as well.
    CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request.build(), this::body);
    try {
      HttpResponse<String> response = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return new Answer(
          response.statusCode(),
          response.body(),
          response.headers().firstValue("ETag").orElse(null));
    } catch (ExecutionException e) {
      throw new IOException("no answer: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException("no whole answer within " + timeout.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      // Closes the connection of an answer that is under way.
      answer.cancel(true);
    }
  }

  private BodySubscriber<String> body(ResponseInfo response) {
    return response.statusCode() == OK ? new BoundedBody(mostBytes) : BodySubscribers.replacing("");
  }
}
