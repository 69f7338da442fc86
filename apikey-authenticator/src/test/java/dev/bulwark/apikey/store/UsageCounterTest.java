package dev.bulwark.apikey.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.store.ApiKeyIndex.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** K7: no request is lost or counted twice. */
class UsageCounterTest {

  @Test
  void countsAndKeepsTheLatestTime() {
    UsageCounter usage = new UsageCounter();
    usage.count("b", 10);
    usage.count("a", 20);
    usage.count("b", 5);
    assertThat(usage.pending("b")).isEqualTo(new Usage(2, 10));
    assertThat(usage.drain())
        .containsExactly(Map.entry("a", new Usage(1, 20)), Map.entry("b", new Usage(2, 10)));
    assertThat(usage.size()).isZero();
    assertThat(usage.pending("b").count()).isZero();
  }

  @Test
  void whatCannotBeWrittenComesBack() {
    UsageCounter usage = new UsageCounter();
    usage.count("a", 1);
    SortedMap<String, Usage> drained = usage.drain();
    usage.count("a", 2);
    usage.restore(drained);
    assertThat(usage.drain()).containsExactly(Map.entry("a", new Usage(2, 2)));
  }

  @Test
  void drainWhileCountingLosesNothing() throws InterruptedException, ExecutionException {
    UsageCounter usage = new UsageCounter();
    int threads = 4;
    int each = 50_000;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      running.add(
          pool.submit(
              () -> {
                for (int i = 0; i < each; i++) {
                  usage.count("k" + i % 7, i);
                }
              }));
    }
    long total = 0;
    while (!running.stream().allMatch(Future::isDone)) {
      total += usage.drain().values().stream().mapToLong(Usage::count).sum();
    }
    for (Future<?> future : running) {
      future.get();
    }
    pool.shutdown();
    total += usage.drain().values().stream().mapToLong(Usage::count).sum();
    assertThat(total).isEqualTo((long) threads * each);
  }
}
