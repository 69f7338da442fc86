package dev.bulwark.limit.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** K10: the windows of quotas on one node. */
class LocalQuotasTest {

  private static final Quota THREE = new Quota(3, Duration.ofSeconds(60));

  private final AtomicLong now = new AtomicLong(1_000);
  private final LocalQuotas quotas = new LocalQuotas(1_000, now::get);

  @Test
  void aWindowBeginsWithItsFirstRequest() {
    assertThat(quotas.take("a", THREE)).isEqualTo(new QuotaDecision(true, 2, 60_000, false));
    advance(Duration.ofSeconds(50));
    assertThat(quotas.take("a", THREE)).isEqualTo(new QuotaDecision(true, 1, 10_000, false));
    assertThat(quotas.take("a", THREE)).isEqualTo(new QuotaDecision(true, 0, 10_000, false));
    assertThat(quotas.take("b", THREE)).isEqualTo(new QuotaDecision(true, 2, 60_000, false));
    advance(Duration.ofMillis(9_999));
    assertThat(quotas.take("a", THREE).granted()).isFalse();
    advance(Duration.ofMillis(1));
    assertThat(quotas.take("a", THREE)).isEqualTo(new QuotaDecision(true, 2, 60_000, false));
  }

  @Test
  void theFirstRejectedRequestOfAWindowIsMarked() {
    for (int i = 0; i < 3; i++) {
      assertThat(quotas.take("a", THREE).granted()).isTrue();
    }
    assertThat(quotas.take("a", THREE)).isEqualTo(new QuotaDecision(false, 0, 60_000, true));
    assertThat(quotas.take("a", THREE)).isEqualTo(new QuotaDecision(false, 0, 60_000, false));
    advance(Duration.ofSeconds(60));
    for (int i = 0; i < 3; i++) {
      assertThat(quotas.take("a", THREE).granted()).isTrue();
    }
    assertThat(quotas.take("a", THREE).first()).isTrue();
  }

  @Test
  void aSmallerQuotaHoldsAtOnce() {
    quotas.take("a", THREE);
    quotas.take("a", THREE);
    assertThat(quotas.take("a", new Quota(1, Duration.ofSeconds(60))).granted()).isFalse();
  }

  @Test
  void continuesFromWhatAllNodesHaveCounted() {
    quotas.note("a", THREE, new QuotaDecision(true, 1, 20_000, false));
    assertThat(quotas.take("a", THREE)).isEqualTo(new QuotaDecision(true, 0, 20_000, false));
    assertThat(quotas.take("a", THREE)).isEqualTo(new QuotaDecision(false, 0, 20_000, true));
    quotas.note("b", THREE, new QuotaDecision(false, 0, 5_000, false));
    assertThat(quotas.take("b", THREE)).isEqualTo(new QuotaDecision(false, 0, 5_000, false));
  }

  @Test
  void secondsAreRoundedUp() {
    assertThat(new QuotaDecision(true, 0, 1, false).resetSeconds()).isEqualTo(1);
    assertThat(new QuotaDecision(true, 0, 1_000, false).resetSeconds()).isEqualTo(1);
    assertThat(new QuotaDecision(true, 0, 1_001, false).resetSeconds()).isEqualTo(2);
  }

  @Test
  void aQuotaLetsSomethingThrough() {
    Duration second = Duration.ofSeconds(1);
    assertThat(new Quota(1, second).requests()).isEqualTo(1);
    assertThatThrownBy(() -> new Quota(0, second)).isInstanceOf(IllegalArgumentException.class);
    Duration less = Duration.ofMillis(999);
    assertThatThrownBy(() -> new Quota(1, less)).isInstanceOf(IllegalArgumentException.class);
  }

  private void advance(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
