package dev.bulwark.apikey.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** K5: wrong keys are limited per address. */
class WrongKeyLimiterTest {

  private final AtomicLong clock = new AtomicLong();

  @Test
  void limitsPerAddressAndMinute() {
    WrongKeyLimiter limiter = new WrongKeyLimiter(3, clock::get);
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.retryAfterSeconds("a")).isZero();
      limiter.wrong("a");
    }
    assertThat(limiter.retryAfterSeconds("a")).isEqualTo(60);
    assertThat(limiter.retryAfterSeconds("b")).isZero();
    clock.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(limiter.retryAfterSeconds("a")).isEqualTo(1);
    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(limiter.retryAfterSeconds("a")).isZero();
    limiter.wrong("a");
    assertThat(limiter.retryAfterSeconds("a")).isZero();
  }

  @Test
  void zeroIsNoLimit() {
    WrongKeyLimiter limiter = new WrongKeyLimiter(0, clock::get);
    for (int i = 0; i < 1_000; i++) {
      limiter.wrong("a");
    }
    assertThat(limiter.retryAfterSeconds("a")).isZero();
  }
}
