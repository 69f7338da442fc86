package dev.bulwark.stalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** B3: which methods stall, and how. */
class StallTest {

  @Test
  void aSeedChoosesOneMethodOfEight() {
    assertThat(chosen(1)).hasSizeBetween(1_000, 1_500).isEqualTo(chosen(1));
    assertThat(chosen(2)).hasSizeBetween(1_000, 1_500).isNotEqualTo(chosen(1));
  }

  private static List<Integer> chosen(int seed) {
    return IntStream.range(0, 10_000)
        .filter(i -> StallAgent.isChosen(seed, "dev.bulwark.Type" + i % 100 + ".method" + i))
        .boxed()
        .toList();
  }

  @Test
  void aStalledThreadIsRunnableAndIsNotInterrupted() {
    Thread thread = new Thread(() -> Stall.hold(600_000));
    thread.setDaemon(true);
    thread.start();
    await().until(() -> isHeld(thread));
    thread.interrupt();
    await()
        .during(Duration.ofMillis(200))
        .until(
            () ->
                isHeld(thread)
                    && thread.isInterrupted()
                    && thread.getState() == Thread.State.RUNNABLE);
  }

  private static boolean isHeld(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("receive"));
  }
}
