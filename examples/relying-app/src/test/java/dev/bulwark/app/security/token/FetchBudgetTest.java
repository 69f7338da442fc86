package dev.bulwark.app.security.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** L6: how often keys may be fetched. */
class FetchBudgetTest {

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final FetchBudget budget = new FetchBudget(2, Duration.ofSeconds(5), now::get);

  @Test
  void someAtOnceAndOneMoreForEachInterval() {
    assertThat(spent(10)).isEqualTo(2);
    now.addAndGet(Duration.ofMillis(4_999).toNanos());
    assertThat(spent(10)).isZero();
    now.addAndGet(Duration.ofMillis(2).toNanos());
    assertThat(spent(10)).isEqualTo(1);
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(spent(10)).as("no more than at once").isEqualTo(2);
  }

  private int spent(int tries) {
    int spent = 0;
    for (int i = 0; i < tries; i++) {
      spent += budget.spend() ? 1 : 0;
    }
    return spent;
  }
}
