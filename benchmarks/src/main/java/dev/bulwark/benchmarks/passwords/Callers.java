package dev.bulwark.benchmarks.passwords;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that log in. */
final class Callers {

  private Callers() {}

  /** One login. */
  @FunctionalInterface
  interface Login {
    void run(int number) throws Exception;
  }

  /**
   * Each thread logs in again and again for so long; the first failure is thrown.
   *
   * @return logins a second; the last of each thread ends after the time is up and counts, and so
   *     does the time until then
   */
  static double perSecond(int threads, Duration time, Login login) throws Exception {
    long start = System.nanoTime();
    long end = start + time.toNanos();
    long logins =
        together(
            threads,
            thread -> {
              long done = 0;
              for (int number = thread; System.nanoTime() < end; number += threads) {
                login.run(number);
                done++;
              }
              return done;
            });
    return logins / ((System.nanoTime() - start) / 1e9);
  }

  /** So many logins at the same moment, once; the first failure is thrown. */
  static void burst(int threads, Login login) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(threads);
    together(
        threads,
        thread -> {
          barrier.await(1, TimeUnit.MINUTES);
          login.run(thread);
          return 1L;
        });
  }

  private interface Work {
    long run(int thread) throws Exception;
  }

  private static long together(int threads, Work work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Long>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        tasks.add(() -> work.run(thread));
      }
      long sum = 0;
      for (Future<Long> result : pool.invokeAll(tasks, 10, TimeUnit.MINUTES)) {
        sum += result.get();
      }
      return sum;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      pool.shutdownNow();
    }
  }
}
