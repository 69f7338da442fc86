package dev.bulwark.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Waits until a server's {@code /health/ready} says 200. */
final class Readiness {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private Readiness() {}

  /**
   * Waits for the server of {@code process}.
   *
   * @throws ServerStartException when the process ends or the time is up; the process is ended then
   */
  static void await(URI managementUrl, ServerProcess process, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (!isReady(managementUrl)) {
        if (!process.isAlive()) {
          process.await(Duration.ofSeconds(5));
          throw new ServerStartException("Keycloak ended while it started:\n" + process.tail());
        }
        if (System.nanoTime() > deadline) {
          process.kill();
          throw new ServerStartException(
              "Keycloak is not ready after " + timeout + ":\n" + process.tail());
        }
        Thread.sleep(POLL.toMillis());
      }
    } catch (InterruptedException e) {
      process.kill();
      Thread.currentThread().interrupt();
      throw new ServerStartException("interrupted while Keycloak started", e);
    }
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
