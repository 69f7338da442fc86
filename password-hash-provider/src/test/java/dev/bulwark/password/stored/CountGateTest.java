package dev.bulwark.password.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import jakarta.persistence.QueryTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P3: however many ask, the database counts once at a time. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CountGateTest {

  private static final StoredHashCount COUNT = new StoredHashCount(Map.of("argon2", 1L));

  private final CountGate gate = new CountGate();

  @Test
  void whileOneCountsTheOthersAreTurnedAway() throws Exception {
    CountDownLatch counting = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<Optional<StoredHashCount>> first =
        CompletableFuture.supplyAsync(
            () ->
                gate.count(
                    () -> {
                      counting.countDown();
                      await(end);
                      return COUNT;
                    }));
    await(counting);
    for (int other : List.of(1, 2, 3)) {
      assertThat(gate.count(CountGateTest::mustNotRun)).as("number %s", other).isEmpty();
    }
    end.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).contains(COUNT);
    assertThat(gate.count(() -> COUNT)).contains(COUNT);
  }

  @Test
  void aCountThatTookTooLongIsNoneAndTheNextGoesOn() {
    assertThat(
            gate.count(
                () -> {
                  throw new QueryTimeoutException("canceling statement due to user request");
                }))
        .isEmpty();
    assertThat(gate.count(() -> COUNT)).contains(COUNT);
  }

  @Test
  void anyOtherFailureIsToldAndTheNextGoesOn() {
    assertThatIllegalStateException().isThrownBy(() -> gate.count(CountGateTest::mustNotRun));
    assertThat(gate.count(() -> COUNT)).contains(COUNT);
  }

  private static StoredHashCount mustNotRun() {
    throw new IllegalStateException("counts");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
