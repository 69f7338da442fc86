package dev.bulwark.password.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.password.argon2.Argon2ResourceException;
import dev.bulwark.password.foreign.StoredHash;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** L3: a failed login costs one hash, whatever it was about, and takes as long as any. */
class SessionWorkTest {

  private static final StoredHash OTHER = hash("bcrypt");

  private final FailureTimes times = new FailureTimes(Duration.ofSeconds(1), Ticker.systemTicker());
  private final AtomicInteger dummies = new AtomicInteger();

  private static StoredHash hash(String algorithm) {
    return new StoredHash(algorithm, 3, Map.of(), "value", new byte[16]);
  }

  private SessionWork work() {
    return work(
        computed -> {
          dummies.incrementAndGet();
          computed.accept(1000);
        });
  }

  private SessionWork work(Consumer<LongConsumer> dummy) {
    return new SessionWork("app", times, dummy);
  }

  @Test
  void whoHasNoHashGetsOne() {
    SessionWork work = work();
    work.equalize(System.nanoTime());
    work.equalize(System.nanoTime());
    assertThat(dummies).as("two steps of one request").hasValue(1);
  }

  @Test
  void nobodyGetsASecondOne() {
    SessionWork made = work();
    made.recordHash(1000);
    made.equalize(System.nanoTime());
    assertThat(dummies).hasValue(0);
  }

  @Test
  void aHashOfAnotherApplicationIsNoneOfOurs() {
    SessionWork work = work();
    work.recordVerification(OTHER, 1000);
    work.equalize(System.nanoTime());
    assertThat(dummies).hasValue(1);
  }

  @Test
  void theAnswerWaitsForTheSlowest() {
    times.recordVerification("app", OTHER, TimeUnit.MILLISECONDS.toNanos(50));
    long start = System.nanoTime();
    work().equalize(start);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(times.minimumNanos("app"));
    long earlier = System.nanoTime() - TimeUnit.SECONDS.toNanos(10);
    long now = System.nanoTime();
    work().equalize(earlier);
    assertThat(System.nanoTime() - now)
        .as("took long enough already")
        .isLessThan(TimeUnit.SECONDS.toNanos(10));
  }

  @Test
  void theAnswerWaitsForAPasswordThatAnotherSystemChecks() {
    long nanos = TimeUnit.MILLISECONDS.toNanos(50);
    SessionWork work = work();
    work.checkedElsewhere("legacy-login", nanos);
    assertThat(times.minimumNanos("app")).isGreaterThanOrEqualTo(nanos);
    work.equalize(System.nanoTime());
    assertThat(dummies).as("no hash of ours").hasValue(1);
  }

  @Test
  void whoIsToStopDoesNotWait() {
    times.recordVerification("app", OTHER, TimeUnit.SECONDS.toNanos(1));
    Thread.currentThread().interrupt();
    work().equalize(System.nanoTime() + TimeUnit.HOURS.toNanos(1));
    assertThat(Thread.interrupted()).as("still to stop").isTrue();
  }

  @Test
  void wantOfMemoryIsNoErrorOfTheLogin() {
    SessionWork work =
        work(
            computed -> {
              throw new Argon2ResourceException("none");
            });
    assertThatCode(() -> work.equalize(System.nanoTime())).doesNotThrowAnyException();
  }
}
