package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Callers;
import dev.bulwark.benchmarks.Samples;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests that arrive at times fixed beforehand, whatever the server does: a slow answer does not
 * hold back those that come after it, and their wait counts.
 */
final class OpenLoop {

  /** More than are ever busy: at ten thousand requests a second of 1 ms each, ten are. */
  private static final int CONNECTIONS = 32;

  private static final double NANOS = 1e9;

  /** The threads are there before the first arrival. */
  private static final long LEAD_NANOS = Duration.ofMillis(500).toNanos();

  private final URI server;
  private final List<byte[]> requests;

  /**
   * Prepares.
   *
   * @param requests sent in turns, with their bodies
   */
  OpenLoop(URI server, List<byte[]> requests) {
    this.server = server;
    this.requests = requests;
  }

  /**
   * Sends at this rate for so long. Returns the times from each arrival that was fixed to the end
   * of its answer, in milliseconds.
   *
   * @param seed of the arrival times
   * @throws java.io.IOException if any answer was no success
   */
  Samples run(double perSecond, Duration time, long seed) throws Exception {
    long[] arrivals = arrivals(perSecond, time, seed);
    double[] fromArrival = new double[arrivals.length];
    AtomicInteger next = new AtomicInteger();
    long start = System.nanoTime() + LEAD_NANOS;
    Callers.burst(
        CONNECTIONS,
        thread -> {
          try (HttpConnection connection = new HttpConnection(server)) {
            for (int i = next.getAndIncrement(); i < arrivals.length; i = next.getAndIncrement()) {
              long arrival = start + arrivals[i];
              awaitTime(arrival);
              connection.exchange(requests.get(i % requests.size()));
              fromArrival[i] = (System.nanoTime() - arrival) / 1e6;
            }
          }
        });
    return Samples.of(fromArrival);
  }

  /** Does not spin: the processors are the server's. */
  private static void awaitTime(long nanoTime) {
    long rest = nanoTime - System.nanoTime();
    while (rest > 0) {
      LockSupport.parkNanos(rest);
      rest = nanoTime - System.nanoTime();
    }
  }

  /** Returns times of independent arrivals (a Poisson process), nanoseconds after the start. */
  static long[] arrivals(double perSecond, Duration time, long seed) {
    Random random = new Random(seed);
    long[] arrivals = new long[Math.toIntExact(Math.round(perSecond * time.toNanos() / NANOS))];
    double at = 0;
    for (int i = 0; i < arrivals.length; i++) {
      at -= Math.log(1 - random.nextDouble()) / perSecond * NANOS;
      arrivals[i] = (long) at;
    }
    return arrivals;
  }
}
