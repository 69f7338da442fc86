package dev.bulwark.legacy.endpoint;

import dev.bulwark.http.BodyTooLongException;
import dev.bulwark.http.CircuitBreaker;
import dev.bulwark.http.OutboundHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the old application whether a password is right. The request goes to one fixed URL, through
 * no proxy, and follows no redirect: no password goes anywhere else. Thread-safe.
 */
public final class PasswordEndpoint implements AutoCloseable {

  /** A token response has some kilobytes. */
  static final int MAX_BODY_BYTES = 1 << 16;

  /** Longer than any that a user types; hashing a longer one could cost the application much. */
  static final int MAX_PASSWORD = 1024;

  private static final Duration OUTAGE_MEMORY = Duration.ofMinutes(1);

  /** Threads that wait for a permit, for each request that may be under way. */
  private static final int WAITING_PER_REQUEST = 1;

  private final EndpointSettings settings;
  private final Observer observer;
  private final OutboundHttp http;
  private final CircuitBreaker breaker;
  private final Semaphore requestPermits;
  private final Semaphore callerPermits;

  /** Is told of each request. */
  @FunctionalInterface
  public interface Observer {
    /** A request ended, with an answer ({@code failure} is null) or without. */
    void requested(long nanos, @Nullable Reason failure);
  }

  /** Creates a client; nothing is sent yet. */
  public PasswordEndpoint(EndpointSettings settings, Observer observer) {
    this.settings = settings;
    this.observer = observer;
    http =
        new OutboundHttp(
            "legacy-login", settings.connectTimeout(), HttpClient.Builder.NO_PROXY, null);
    breaker =
        new CircuitBreaker(settings.breakerFailures(), settings.breakerPause(), System::nanoTime);
    requestPermits = new Semaphore(settings.maxConcurrent(), true);
    callerPermits = new Semaphore(settings.maxConcurrent() * (1 + WAITING_PER_REQUEST));
  }

  /**
   * Asks whether a password is right.
   *
   * @param username as the old application knows it
   * @throws NoAnswerException if there is no reliable answer
   */
  public boolean isRight(String username, String password) throws NoAnswerException {
    if (password.length() > MAX_PASSWORD || !isText(password)) {
      // No application has such a password, and many fail on one: passlib does on U+0000.
      return false;
    }
    if (!callerPermits.tryAcquire()) {
      throw busy();
    }
    try {
      return askWithPermit(username, password);
    } finally {
      callerPermits.release();
    }
  }

  private static boolean isText(String password) {
    return password.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(password);
  }

  private boolean askWithPermit(String username, String password) throws NoAnswerException {
    long deadline = System.nanoTime() + settings.requestTimeout().toNanos();
    try {
      if (!requestPermits.tryAcquire(settings.requestTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    try {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      if (left.isNegative() || left.isZero()) {
        throw busy();
      }
      if (!breaker.mayAsk()) {
        throw new NoAnswerException(Reason.CIRCUIT_OPEN, "not asked, after failures just before");
      }
      return ask(username, password, left);
    } finally {
      requestPermits.release();
    }
  }

  private boolean ask(String username, String password, Duration left) throws NoAnswerException {
    long start = System.nanoTime();
    @Nullable Reason failure = Reason.CONNECTION;
    try {
      boolean right = exchange(username, password, left);
      failure = null;
      return right;
    } catch (NoAnswerException e) {
      failure = e.reason();
      throw e;
    } finally {
      if (failure != null && failure.opensCircuit()) {
        breaker.failed();
      } else {
        breaker.succeeded();
      }
      observer.requested(System.nanoTime() - start, failure);
    }
  }

  private boolean exchange(String username, String password, Duration left)
      throws NoAnswerException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.url())
            .header("Content-Type", settings.body().mediaType())
            .header("Accept", "application/json")
            .header("User-Agent", "bulwark-keycloak")
            .POST(BodyPublishers.ofString(settings.body().write(username, password)));
    settings.secret().ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    try {
      HttpResponse<byte[]> response =
          http.send(request, left, MAX_BODY_BYTES, status -> status == AnswerRules.OK);
      return settings.answer().isRight(response.statusCode(), response.body());
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (HttpTimeoutException e) {
      throw new NoAnswerException(Reason.TIMEOUT, String.valueOf(e.getMessage()), e);
    } catch (BodyTooLongException e) {
      throw new NoAnswerException(Reason.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new NoAnswerException(Reason.CONNECTION, "no connection: " + e.getCause(), e);
    }
  }

  private NoAnswerException busy() {
    return new NoAnswerException(
        Reason.BUSY, settings.maxConcurrent() + " requests are under way already");
  }

  private static NoAnswerException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new NoAnswerException(Reason.INTERRUPTED, "interrupted", e);
  }

  /** Whether the endpoint is left alone for now, after failures. */
  public boolean isCircuitOpen() {
    return breaker.isOpen();
  }

  /**
   * Whether requests have failed lately. False again a minute after the next one might be sent, if
   * nobody has logged in whose password the old application checks: it may have come back.
   */
  public boolean isOutage() {
    return breaker.isOpen(OUTAGE_MEMORY);
  }

  /** Seconds after which an attempt may succeed. */
  public int retryAfterSeconds() {
    return (int) Math.max(1, settings.breakerPause().toSeconds());
  }

  public URI url() {
    return settings.url();
  }

  @Override
  public void close() {
    http.close();
  }
}
