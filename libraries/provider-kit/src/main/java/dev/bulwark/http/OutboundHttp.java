package dev.bulwark.http;

import java.io.IOException;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over HTTP/1.1 and follows no redirect. The deadline covers the whole exchange, so
 * an answer that drips in does not hold the caller. Thread-safe.
 */
public final class OutboundHttp implements AutoCloseable {

  private final ExecutorService executor;
  private final HttpClient client;

  /**
   * Creates a client; nothing is sent yet.
   *
   * @param threads what its threads are called
   * @param proxies {@link HttpClient.Builder#NO_PROXY} for none
   * @param proxyAuthenticator answers a proxy's challenge; null for none
   */
  public OutboundHttp(
      String threads,
      Duration connectTimeout,
      ProxySelector proxies,
      @Nullable Authenticator proxyAuthenticator) {
    AtomicInteger number = new AtomicInteger();
    executor =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, threads + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout)
            .proxy(proxies)
            .executor(executor);
    if (proxyAuthenticator != null) {
      builder.authenticator(proxyAuthenticator);
    }
    client = builder.build();
  }

  /**
   * Sends a request and waits for the whole answer.
   *
   * @param maxBytes of the body
   * @param wanted statuses whose body is read; the body of others is empty
   * @throws HttpTimeoutException if the whole answer is not there in time
   * @throws BodyTooLongException if the body is longer
   * @throws IOException if there is no exchange
   */
  public HttpResponse<byte[]> send(
      HttpRequest.Builder request, Duration deadline, int maxBytes, IntPredicate wanted)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(
            request.timeout(deadline).build(),
            info ->
                wanted.test(info.statusCode())
                    ? new BoundedBody(maxBytes)
                    : HttpResponse.BodySubscribers.replacing(new byte[0]));
    try {
      return exchange.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw timeout(deadline, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HttpTimeoutException timeout) {
        throw timeout(deadline, timeout);
      }
      if (e.getCause() instanceof BodyTooLongException tooLong) {
        throw tooLong;
      }
      throw new IOException("no exchange", e.getCause());
    } finally {
      // Frees the connection of an exchange that is not over; no effect on one that is.
      exchange.cancel(true);
    }
  }

  private static HttpTimeoutException timeout(Duration deadline, Exception cause) {
    HttpTimeoutException timeout =
        new HttpTimeoutException("no whole answer within " + deadline.toMillis() + " ms");
    timeout.initCause(cause);
    return timeout;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
