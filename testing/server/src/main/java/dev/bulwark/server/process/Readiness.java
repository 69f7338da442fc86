package dev.bulwark.server.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits until a server's {@code /health/ready} says 200. Thread-safe. */
public final class Readiness {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private Readiness() {}

  /**
   * Waits for the server of {@code process}.
   *
   * @throws ServerStartException when the process ends or the time is up; the process is ended then
   */
  public static void await(URI managementUrl, ServerProcess process, Duration timeout) {
    try {
      if (!becomesReady(managementUrl, process::isAlive, timeout)) {
        boolean ended = !process.isAlive();
        String what =
            ended
                ? "ended while it started (" + process.ending() + ")"
                : "is not ready after " + timeout;
        process.kill();
        throw new ServerStartException("Keycloak " + what + ":\n" + process.tail());
      }
    } catch (InterruptedException e) {
      process.kill();
      Thread.currentThread().interrupt();
      throw new ServerStartException("interrupted while Keycloak started", e);
    }
  }

  /**
   * Waits until the server is ready (true), or is no longer alive or the time is up (false).
   *
   * @throws InterruptedException if this thread is interrupted
   */
  public static boolean becomesReady(URI managementUrl, BooleanSupplier alive, Duration timeout)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!isReady(managementUrl)) {
      if (!alive.getAsBoolean() || System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(POLL.toMillis());
    }
    return true;
  }

  private static boolean isReady(URI managementUrl) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(managementUrl + "/health/ready"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
