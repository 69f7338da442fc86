package dev.bulwark.checker.statuslist;

import static dev.bulwark.checker.statuslist.StatusListConformanceTest.ISSUER;
import static dev.bulwark.checker.statuslist.StatusListConformanceTest.NOW;
import static dev.bulwark.checker.statuslist.StatusListConformanceTest.SUITE;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A Keycloak whose answers take their time, and the clock that shows it. */
final class SlowServer extends Clock implements ListSource {

  /** What holds requests up until {@link #goOn}. */
  enum Held {
    NOTHING,
    LISTS,
    KEYS
  }

  private final AtomicLong millis = new AtomicLong(NOW);
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  volatile Held held = Held.NOTHING;

  /** Name of the list in the answers; null for no answer. */
  volatile @Nullable String list = "none revoked";

  /** How long an answer for a list takes. */
  volatile Duration takes = Duration.ZERO;

  @Override
  public Answer get(URI uri, @Nullable String etag) throws IOException {
    boolean forKeys = uri.toString().equals(ISSUER + "/protocol/openid-connect/certs");
    if (!forKeys) {
      requests.incrementAndGet();
    }
    if (held == (forKeys ? Held.KEYS : Held.LISTS)) {
      asked.countDown();
      await(goOn);
    }
    if (forKeys) {
      return new Answer(200, SUITE.get("keys").toString(), null);
    }
    later(takes);
    if (list == null) {
      throw new IOException("no answer");
    }
    return new Answer(200, SUITE.get("lists").get(list).asText(), null);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  void later(Duration time) {
    millis.addAndGet(time.toMillis());
  }

  /** Waits until a request is held up. */
  void awaitRequest() throws IOException {
    await(asked);
  }

  void goOn() {
    goOn.countDown();
  }

  /** Returns the requests for lists so far. */
  int requests() {
    return requests.get();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
