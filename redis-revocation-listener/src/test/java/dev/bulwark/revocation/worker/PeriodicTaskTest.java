package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodicTaskTest {

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRoundThatFailsIsFollowedByTheNext(boolean error) {
    AtomicInteger count = new AtomicInteger();
    try (PeriodicTask rounds =
        new PeriodicTask(
            "test-rounds",
            Duration.ofMillis(1),
            () -> {
              count.incrementAndGet();
              if (error) {
                throw new NoClassDefFoundError("every round");
              }
              throw new IllegalStateException("every round");
            })) {
      rounds.start();
      await().until(() -> count.get() > 3);
    }
    int ended = count.get();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("test-rounds"));
    assertThat(count).hasValue(ended);
  }

  @Test
  void closeDoesNotWaitForTheInterval() {
    PeriodicTask rounds = new PeriodicTask("test-rounds-long", Duration.ofHours(1), () -> {});
    rounds.start();
    long began = System.nanoTime();
    rounds.close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMinutes(5));
  }
}
