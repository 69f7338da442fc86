package dev.bulwark.breached.range;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bulwark.breached.range.RangeResponse.MalformedRangeException;
import dev.bulwark.breached.range.RangeUnavailableException.Reason;
import dev.bulwark.http.BodyTooLongException;
import dev.bulwark.http.CircuitBreaker;
import dev.bulwark.http.OutboundHttp;
import java.io.IOException;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A client of the "Have I Been Pwned" range API. Five hexadecimal digits of a password's SHA-1
 * leave the server, nothing else; {@code Add-Padding: true} hides from an observer of the encrypted
 * answer's length which range was asked for.
 *
 * <p>The time-out covers the whole exchange, so an answer that drips in does not hold the caller.
 * An answer is used whole or not at all. Thread-safe.
 */
public final class RangeClient implements AutoCloseable {

  /** A padded answer has about 1,000 lines of 45 bytes. */
  static final int MAX_BODY_BYTES = 1 << 20;

  private static final int OK = 200;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVICE_UNAVAILABLE = 503;
  private static final int PREFIX_DIGITS = 5;

  private final RangeSettings settings;
  private final Observer observer;
  private final OutboundHttp http;
  private final CircuitBreaker breaker;
  private final Cache<String, RangeResponse> cache;

  /** Where an answer came from. */
  public enum Origin {
    /** From the service, now. */
    SERVICE,
    /** From the service, some time ago. */
    CACHE
  }

  /**
   * A count and its origin.
   *
   * @param count how often the password was seen, 0 for never
   */
  public record Answer(int count, Origin origin) {}

  /** Is told of each request to the service. */
  @FunctionalInterface
  public interface Observer {
    /** A request ended, with an answer ({@code failure} is null) or without. */
    void requested(long nanos, @Nullable Reason failure);
  }

  /**
   * Creates a client; nothing is sent yet.
   *
   * @param proxyAuthenticator answers a proxy's challenge; null for none
   */
  public RangeClient(
      RangeSettings settings,
      ProxySelector proxies,
      @Nullable Authenticator proxyAuthenticator,
      Observer observer) {
    this.settings = settings;
    this.observer = observer;
    this.http =
        new OutboundHttp("breached-range", settings.connectTimeout(), proxies, proxyAuthenticator);
    this.breaker =
        new CircuitBreaker(settings.breakerFailures(), settings.breakerPause(), System::nanoTime);
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(settings.cacheEntries())
            .expireAfterWrite(settings.cacheTtl())
            .build();
  }

  /**
   * Asks how often a password was seen.
   *
   * @param sha1 20 bytes
   * @throws RangeUnavailableException if there is no reliable answer
   */
  public Answer count(byte[] sha1) throws RangeUnavailableException {
    String prefix =
        HexFormat.of().formatHex(sha1).substring(0, PREFIX_DIGITS).toUpperCase(Locale.ROOT);
    RangeResponse cached = cache.getIfPresent(prefix);
    if (cached != null) {
      return new Answer(cached.count(sha1), Origin.CACHE);
    }
    if (!breaker.mayAsk()) {
      throw new RangeUnavailableException(
          Reason.CIRCUIT_OPEN, "not asked, after failures just before");
    }
    RangeResponse response = request(prefix);
    cache.put(prefix, response);
    return new Answer(response.count(sha1), Origin.SERVICE);
  }

  private RangeResponse request(String prefix) throws RangeUnavailableException {
    long start = System.nanoTime();
    boolean reported = false;
    try {
      RangeResponse response = parse(exchange(prefix));
      breaker.succeeded();
      reported = true;
      observer.requested(System.nanoTime() - start, null);
      return response;
    } catch (RangeUnavailableException e) {
      e.retryAfter().ifPresentOrElse(breaker::pause, breaker::failed);
      reported = true;
      observer.requested(System.nanoTime() - start, e.reason());
      throw e;
    } finally {
      if (!reported) {
        breaker.failed();
      }
    }
  }

  private HttpResponse<byte[]> exchange(String prefix) throws RangeUnavailableException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.url().resolve(prefix))
            .header("Add-Padding", "true")
            .header("User-Agent", "bulwark-keycloak")
            .GET();
    try {
      return http.send(request, settings.requestTimeout(), MAX_BODY_BYTES, status -> status == OK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RangeUnavailableException(Reason.INTERRUPTED, "interrupted", e, null);
    } catch (HttpTimeoutException e) {
      throw new RangeUnavailableException(Reason.TIMEOUT, String.valueOf(e.getMessage()), e, null);
    } catch (BodyTooLongException e) {
      throw new RangeUnavailableException(
          Reason.MALFORMED, String.valueOf(e.getMessage()), e, null);
    } catch (IOException e) {
      throw new RangeUnavailableException(
          Reason.CONNECTION, "no exchange with " + settings.url().getHost(), e, null);
    }
  }

  private RangeResponse parse(HttpResponse<byte[]> response) throws RangeUnavailableException {
    int status = response.statusCode();
    if (status != OK) {
      boolean limited = status == TOO_MANY_REQUESTS;
      Duration wait =
          limited || status == SERVICE_UNAVAILABLE
              ? response
                  .headers()
                  .firstValue("Retry-After")
                  .flatMap(value -> RetryAfter.parse(value, Instant.now()))
                  .orElse(limited ? settings.breakerPause() : null)
              : null;
      throw new RangeUnavailableException(
          limited ? Reason.RATE_LIMITED : Reason.STATUS, "status " + status, null, wait);
    }
    try {
      return RangeResponse.parse(response.body());
    } catch (MalformedRangeException e) {
      throw new RangeUnavailableException(
          Reason.MALFORMED, String.valueOf(e.getMessage()), e, null);
    }
  }

  /** Whether the service is left alone for now, after failures. */
  public boolean isCircuitOpen() {
    return breaker.isOpen();
  }

  /** The service's base URL. */
  public URI url() {
    return settings.url();
  }

  @Override
  public void close() {
    http.close();
  }
}
