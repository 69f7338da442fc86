package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** An application that interrupts a thread which waits for Redis, as one with a time limit does. */
final class Interruption {

  private static final Set<Thread.State> WAITS =
      Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private Interruption() {}

  /**
   * Interrupts a check while it waits, and returns its verdict. The thread's flag must be set
   * afterwards: it is the application's.
   */
  static Verdict during(Supplier<Verdict> check) throws Exception {
    FutureTask<Verdict> task =
        new FutureTask<>(
            () -> {
              Verdict verdict = check.get();
              assertThat(Thread.currentThread().isInterrupted()).as("the flag").isTrue();
              return verdict;
            });
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    await().until(() -> WAITS.contains(thread.getState()));
    thread.interrupt();
    return task.get();
  }
}
