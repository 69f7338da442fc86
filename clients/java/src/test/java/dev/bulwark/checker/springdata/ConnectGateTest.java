package dev.bulwark.checker.springdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;

/** R5: one connection for all threads, which none closes without need. */
@Timeout(60)
class ConnectGateTest {

  private final ConnectGate gate = new ConnectGate(Duration.ofSeconds(30));
  private final AtomicInteger resets = new AtomicInteger();

  private void drop() {
    gate.drop(resets::incrementAndGet);
  }

  @Test
  void aConnectionWithoutAFailureStays() {
    gate.pass(() -> {});
    drop();
    assertThat(resets).hasValue(0);
  }

  /** Many threads find out at the same time that a connection is lost; one has connected again. */
  @Test
  void onlyTheConnectionThatHasFailedIsDropped() {
    int lost = gate.pass(() -> {});
    gate.failed(lost);
    drop();
    assertThat(resets).hasValue(1);
    int next = gate.pass(() -> {});
    assertThat(next).isNotEqualTo(lost);
    gate.failed(lost);
    drop();
    assertThat(resets).hasValue(1);
    gate.failed(next);
    gate.failed(lost);
    drop();
    assertThat(resets).hasValue(2);
  }

  @Test
  void aCallerThatIsInterruptedWhileItConnectsFailsForNobodyElse() throws Exception {
    CountDownLatch connecting = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    FutureTask<Integer> interrupted =
        new FutureTask<>(
            () ->
                gate.pass(
                    () -> {
                      connecting.countDown();
                      try {
                        never.await();
                      } catch (InterruptedException e) {
                        throw new RedisSystemException("interrupted", e);
                      }
                    }));
    Thread thread = new Thread(interrupted);
    thread.start();
    connecting.await();
    FutureTask<Integer> waiting = new FutureTask<>(() -> gate.pass(() -> {}));
    Thread other = new Thread(waiting);
    other.start();
    await().until(() -> other.getState() == Thread.State.TIMED_WAITING);
    thread.interrupt();
    assertThat(waiting.get()).isNotEqualTo(ConnectGate.NONE);
    assertThatThrownBy(interrupted::get).hasRootCauseInstanceOf(InterruptedException.class);
  }

  @Test
  void whoWaitedForAFailureSharesIt() throws Exception {
    CountDownLatch connecting = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FutureTask<Integer> first =
        new FutureTask<>(
            () ->
                gate.pass(
                    () -> {
                      connecting.countDown();
                      awaitQuietly(goOn);
                      throw new RedisConnectionFailureException("nobody there");
                    }));
    new Thread(first).start();
    connecting.await();
    AtomicInteger attempts = new AtomicInteger();
    FutureTask<Integer> second = new FutureTask<>(() -> gate.pass(attempts::incrementAndGet));
    Thread other = new Thread(second);
    other.start();
    await().until(() -> other.getState() == Thread.State.TIMED_WAITING);
    goOn.countDown();
    assertThatThrownBy(first::get).hasRootCauseMessage("nobody there");
    assertThatThrownBy(second::get)
        .hasRootCauseMessage("nobody there")
        .cause()
        .hasMessage("Another thread could not connect.");
    assertThat(attempts).hasValue(0);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
