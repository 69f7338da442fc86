package dev.bulwark.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * P6: never more memory than N permits stand for, first come first served, and nobody is turned
 * away.
 */
class HashPermitsTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void permitsFollowMemory() {
    HashPermits permits = new HashPermits(4, 65_536, 1);
    assertThat(permits.permitsFor(0)).isEqualTo(1);
    assertThat(permits.permitsFor(65_536)).isEqualTo(1);
    assertThat(permits.permitsFor(65_537)).isEqualTo(2);
    assertThat(permits.permitsFor(Integer.MAX_VALUE)).as("a giant runs alone").isEqualTo(4);
  }

  @Test
  void neverMoreThanAllowed() throws Exception {
    HashPermits permits = new HashPermits(3, 1, 1);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger peak = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(
          threads.submit(
              () ->
                  permits.run(
                      1,
                      0,
                      nanos -> {},
                      () -> {
                        peak.accumulateAndGet(now.incrementAndGet(), Math::max);
                        Thread.onSpinWait();
                        return now.decrementAndGet();
                      })));
    }
    for (Future<?> one : all) {
      one.get(30, TimeUnit.SECONDS);
    }
    assertThat(peak).hasValueBetween(1, 3);
    assertThat(permits.inUse()).isZero();
  }

  @Test
  void aLargeOneIsNotStarvedBySmallOnes() throws Exception {
    HashPermits permits = new HashPermits(2, 10, 1);
    CountDownLatch release = new CountDownLatch(1);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Future<?> first =
        threads.submit(() -> permits.run(10, 0, nanos -> {}, () -> awaitLatch(release)));
    await().until(() -> permits.inUse() == 1);
    Future<?> large =
        threads.submit(() -> permits.run(20, 0, nanos -> {}, () -> order.add("large")));
    await().until(() -> permits.waiting() == 1);
    Future<?> small =
        threads.submit(() -> permits.run(10, 0, nanos -> {}, () -> order.add("small")));
    await().until(() -> permits.waiting() == 2);
    release.countDown();
    first.get(10, TimeUnit.SECONDS);
    large.get(10, TimeUnit.SECONDS);
    small.get(10, TimeUnit.SECONDS);
    assertThat(order).containsExactly("large", "small");
  }

  @Test
  void anInterruptIsKeptAndTheWorkIsDone() {
    HashPermits permits = new HashPermits(1, 1, 1);
    Thread.currentThread().interrupt();
    try {
      assertThat(permits.run(1, 0, nanos -> {}, () -> "done")).isEqualTo("done");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void permitsComeBackAfterAFailure() {
    HashPermits permits = new HashPermits(1, 1, 1);
    for (int i = 0; i < 3; i++) {
      try {
        permits.run(
            1,
            5000,
            nanos -> {},
            () -> {
              throw new IllegalStateException("boom");
            });
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("boom");
      }
    }
    assertThat(permits.inUse()).isZero();
    assertThat(permits.run(1, 5000, nanos -> {}, () -> "done")).isEqualTo("done");
  }

  /** Two of 3 MiB do not share 4 MiB of heap, and keep no permit from what needs no heap. */
  @Test
  void hashesOfJavaShareThePartOfTheHeap() throws Exception {
    HashPermits permits = new HashPermits(3, 10_000, 4096);
    CountDownLatch release = new CountDownLatch(1);
    Future<?> first =
        threads.submit(() -> permits.run(3072, 3072, nanos -> {}, () -> awaitLatch(release)));
    await().until(() -> permits.inUse() == 1);
    Future<?> second = threads.submit(() -> permits.run(3072, 3072, nanos -> {}, () -> "done"));
    await().until(() -> permits.waiting() == 1);
    assertThat(permits.inUse()).as("it waits without a permit").isEqualTo(1);
    assertThat(permits.heapInUse()).isEqualTo(0.75);
    assertThat(threads.submit(() -> permits.run(3072, 0, nanos -> {}, () -> "native")).get())
        .isEqualTo("native");
    assertThat(threads.submit(() -> permits.run(1, 1023, nanos -> {}, () -> "small")).get())
        .isEqualTo("small");
    assertThat(second.isDone()).isFalse();
    release.countDown();
    first.get(10, TimeUnit.SECONDS);
    assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    assertThat(permits.heapInUse()).isZero();
  }

  private static boolean awaitLatch(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
