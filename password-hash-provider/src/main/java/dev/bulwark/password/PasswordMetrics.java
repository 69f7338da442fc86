package dev.bulwark.password;

import dev.bulwark.credential.HashReplacement;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Meters of password hashing (spec P6):
 *
 * <ul>
 *   <li>{@code bulwark.password.hash} (timer; tags {@code algorithm}, {@code operation}, {@code
 *       outcome}): computing alone, without the wait
 *   <li>{@code bulwark.password.failures} (counter; tag {@code outcome}): passwords for which no
 *       hash was computed
 *   <li>{@code bulwark.password.replaced} (counter; tag {@code outcome}): outdated hashes that a
 *       login was to replace
 *   <li>{@code bulwark.password.wait} (timer): the wait for permits
 *   <li>{@code bulwark.password.permits.used}, {@code .permits.total}, {@code .waiting} (gauges)
 *   <li>{@code bulwark.password.heap.used} (gauge): share of the heap for hashes, 0 to 1
 *   <li>{@code bulwark.password.native} (gauge): 1 with libargon2, 0 with BouncyCastle
 * </ul>
 */
final class PasswordMetrics implements AutoCloseable {

  /** What was done. */
  enum Operation {
    HASH("hash password"),
    VERIFY("verify password"),
    /**
     * For nobody, so that a failed login takes as long as any other. Its span is that of a
     * verification.
     */
    DUMMY("verify password");

    private final String tag = name().toLowerCase(Locale.ROOT);
    private final String span;

    Operation(String span) {
      this.span = span;
    }

    /** Name of its span. */
    String span() {
      return span;
    }
  }

  /** How it ended. */
  enum Outcome {
    /** A new hash was made. */
    CREATED,
    /** The password was right. */
    MATCH,
    /** The password was wrong. */
    MISMATCH,
    /** The stored hash is corrupt or too costly; nothing was computed. */
    REFUSED,
    /** Computing failed. */
    ERROR;

    private final String tag = name().toLowerCase(Locale.ROOT);
  }

  private record Key(String algorithm, Operation operation, Outcome outcome) {}

  private final MeterRegistry registry;
  private final Timer wait;
  private final Map<HashReplacement.Outcome, Counter> replaced =
      new EnumMap<>(HashReplacement.Outcome.class);
  private final Map<Outcome, Counter> failures = new EnumMap<>(Outcome.class);

  /** A bucket is a series for each algorithm, operation and outcome. */
  private static final Duration[] HASHES = millis(10, 25, 50, 75, 100, 150, 250, 500, 1000, 2500);

  private static final Duration[] WAITS = millis(10, 50, 100, 250, 500, 1000, 2000, 5000, 15_000);

  private final List<Meter> gauges;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  PasswordMetrics(MeterRegistry registry, HashPermits permits, boolean isNative) {
    this.registry = registry;
    this.wait =
        Timer.builder("bulwark.password.wait")
            .description("Time that a login waited for its turn to hash")
            .serviceLevelObjectives(WAITS)
            .register(registry);
    for (HashReplacement.Outcome outcome : HashReplacement.Outcome.values()) {
      replaced.put(
          outcome,
          Counter.builder("bulwark.password.replaced")
              .description("Outdated hashes that a login was to replace")
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    // From the start: an alert sees no increase of a counter that begins with its first.
    for (Outcome outcome : List.of(Outcome.REFUSED, Outcome.ERROR)) {
      failures.put(
          outcome,
          Counter.builder("bulwark.password.failures")
              .description("Passwords for which no hash was computed")
              .tag("outcome", outcome.tag)
              .register(registry));
    }
    double nativeValue = isNative ? 1 : 0;
    this.gauges =
        List.of(
            Gauge.builder("bulwark.password.permits.used", permits, HashPermits::inUse)
                .description("Hash permits in use")
                .register(registry),
            Gauge.builder("bulwark.password.permits.total", permits, HashPermits::total)
                .description("Total number of hash permits")
                .register(registry),
            Gauge.builder("bulwark.password.heap.used", permits, HashPermits::heapInUse)
                .description("Share of the Java heap for hashes that is in use, 0 to 1")
                .register(registry),
            Gauge.builder("bulwark.password.waiting", permits, HashPermits::waiting)
                .description("Logins that wait for their turn to hash")
                .register(registry),
            Gauge.builder("bulwark.password.native", () -> nativeValue)
                .description("1 when libargon2 computes, 0 when BouncyCastle does")
                .register(registry));
  }

  void waited(long nanos) {
    wait.record(nanos, TimeUnit.NANOSECONDS);
  }

  void replaced(HashReplacement.Outcome outcome) {
    @Nullable Counter counter = replaced.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }

  void computed(String algorithm, Operation operation, Outcome outcome, long nanos) {
    timers
        .computeIfAbsent(new Key(algorithm, operation, outcome), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
    @Nullable Counter failure = failures.get(outcome);
    if (failure != null) {
      failure.increment();
    }
  }

  private static Duration[] millis(long... bounds) {
    return LongStream.of(bounds).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  private Timer timer(Key key) {
    return Timer.builder("bulwark.password.hash")
        .description("Time to compute a password hash, without waiting")
        .tag("algorithm", key.algorithm)
        .tag("operation", key.operation.tag)
        .tag("outcome", key.outcome.tag)
        .serviceLevelObjectives(HASHES)
        .register(registry);
  }

  @Override
  public void close() {
    registry.remove(wait);
    gauges.forEach(registry::remove);
    replaced.values().forEach(registry::remove);
    failures.values().forEach(registry::remove);
    timers.values().forEach(registry::remove);
    timers.clear();
  }
}
