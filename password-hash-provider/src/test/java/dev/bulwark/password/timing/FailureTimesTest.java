package dev.bulwark.password.timing;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.password.foreign.StoredHash;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** L3: how long a failed login has to take, by what this node has computed. */
class FailureTimesTest {

  private static final StoredHash BCRYPT_12 = hash("bcrypt", 12);
  private static final StoredHash BCRYPT_13 = hash("bcrypt", 13);

  private final AtomicLong now = new AtomicLong();
  private final FailureTimes times = times(Duration.ofSeconds(1));

  private FailureTimes times(Duration most) {
    Ticker ticker = now::get;
    return new FailureTimes(most, ticker);
  }

  private static StoredHash hash(String algorithm, int iterations) {
    return new StoredHash(algorithm, iterations, Map.of(), "value", new byte[16]);
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void whereAllHashesAreAlikeAllWaitALittle() {
    assertThat(times.minimumNanos("app")).as("nothing is known yet").isZero();
    times.recordHash(millis(80));
    times.recordHash(millis(80));
    assertThat(times.minimumNanos("app")).isEqualTo(millis(120));
  }

  @Test
  void allWaitForTheSlowestKindOfTheirRealmAndOneHashMore() {
    times.recordHash(millis(80));
    times.recordVerification("app", BCRYPT_12, millis(220));
    assertThat(times.minimumNanos("app")).isEqualTo(millis(450));
    times.recordVerification("app", BCRYPT_13, millis(420));
    assertThat(times.minimumNanos("app")).isEqualTo(millis(750));
    assertThat(times.minimumNanos("other")).as("another realm").isEqualTo(millis(120));
  }

  @Test
  void oneSlowRunIsNoReasonToWait() {
    times.recordHash(millis(100));
    for (int i = 0; i < 40; i++) {
      times.recordVerification("app", BCRYPT_12, millis(i % 4 == 0 ? 900 : 200));
    }
    assertThat(times.minimumNanos("app")).isEqualTo(millis(450));
  }

  @Test
  void theLatestCount() {
    times.recordHash(millis(100));
    for (int i = 0; i < 100; i++) {
      times.recordVerification("app", BCRYPT_12, millis(i < 92 ? 400 : 200));
    }
    assertThat(times.minimumNanos("app")).isEqualTo(millis(450));
  }

  @Test
  void neverLongerThanAllowed() {
    times.recordVerification("app", BCRYPT_12, millis(5000));
    assertThat(times.minimumNanos("app")).isEqualTo(millis(1000));
    FailureTimes off = times(Duration.ZERO);
    off.recordVerification("app", BCRYPT_12, millis(5000));
    assertThat(off.minimumNanos("app")).isZero();
  }

  @Test
  void aKindThatNobodyHasAnyMoreIsForgotten() {
    times.recordVerification("app", BCRYPT_12, millis(200));
    now.addAndGet(TimeUnit.HOURS.toNanos(23));
    times.recordVerification("app", BCRYPT_12, millis(200));
    now.addAndGet(TimeUnit.HOURS.toNanos(23));
    assertThat(times.minimumNanos("app")).isPositive();
    now.addAndGet(TimeUnit.HOURS.toNanos(2));
    assertThat(times.minimumNanos("app")).isZero();
  }
}
