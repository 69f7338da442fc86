package dev.bulwark.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that call a server. */
public final class Callers {

  private Callers() {}

  /** One call. */
  @FunctionalInterface
  public interface Call {
    void run(int number) throws Exception;
  }

  /** So many calls at the same moment, once; the first failure is thrown. */
  public static void burst(int threads, Call call) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(threads);
    together(
        threads,
        thread -> {
          barrier.await(1, TimeUnit.MINUTES);
          call.run(thread);
          return 1L;
        });
  }

  /** So many calls in all, shared among the threads; the first failure is thrown. */
  public static void times(int threads, int calls, Call call) throws Exception {
    together(
        threads,
        thread -> {
          long done = 0;
          for (int number = thread; number < calls; number += threads) {
            call.run(number);
            done++;
          }
          return done;
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
      for (Future<Long> result : pool.invokeAll(tasks, 30, TimeUnit.MINUTES)) {
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
