package dev.bulwark.ratelimit;

import dev.bulwark.limit.Decision;
import dev.bulwark.limit.Scope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Meters of this module; names start with {@code bulwark.limiter}. */
final class LoginRateLimiterMetrics implements AutoCloseable {

  /** From one round trip to Redis to its time-outs. */
  private static final Duration[] BUCKETS =
      IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();
  private final Map<CallerKind, Counter> granted = new EnumMap<>(CallerKind.class);
  private final Counter allowed;
  private final Counter inFlight;
  private final Counter withoutThread;
  private final Map<Scope, Counter> refused = new EnumMap<>(Scope.class);
  private final Map<Scope, Counter> clientsRefused = new EnumMap<>(Scope.class);
  private final Counter clientsWrong;
  private final Counter returned;
  private final Counter lost;
  private final Timer decisions;

  LoginRateLimiterMetrics(
      MeterRegistry registry,
      BooleanSupplier alone,
      Supplier<Number> localKeys,
      LoginThreads threads) {
    this.registry = registry;
    for (CallerKind kind : CallerKind.values()) {
      granted.put(kind, attempts("granted", kind.id()));
    }
    inFlight = attempts("busy", "in-flight");
    withoutThread = attempts("busy", "threads");
    allowed = attempts("allowed-network", "none");
    for (Scope scope : Scope.values()) {
      refused.put(scope, attempts("refused", scope.id()));
    }
    clientsWrong = clients("wrong", "none");
    clientsRefused.put(Scope.ADDRESS, clients("refused", "address"));
    clientsRefused.put(Scope.ACCOUNT, clients("refused", "client"));
    returned = returns("done");
    lost = returns("lost");
    decisions =
        added(
            Timer.builder("bulwark.limiter.decisions")
                .description("Time to decide whether an attempt may continue")
                .serviceLevelObjectives(BUCKETS)
                .register(registry));
    // By a supplier: of an object Micrometer would keep a weak reference only.
    Supplier<Number> now = () -> alone.getAsBoolean() ? 1 : 0;
    added(
        Gauge.builder("bulwark.limiter.alone", now)
            .description(
                "1 while attempts are limited on this node alone, because Redis is unreachable")
            .register(registry));
    Supplier<Number> held = threads::held;
    added(
        Gauge.builder("bulwark.limiter.threads", held)
            .description("Worker threads of this node that login attempts hold")
            .register(registry));
    Supplier<Number> limit = threads::limit;
    added(
        Gauge.builder("bulwark.limiter.threads.limit", limit)
            .description("Worker threads that login attempts hold at most")
            .register(registry));
    added(
        Gauge.builder("bulwark.limiter.local.keys", localKeys)
            .description("Addresses and accounts that this node remembers")
            .register(registry));
  }

  private <M extends Meter> M added(M meter) {
    meters.add(meter);
    return meter;
  }

  private Counter attempts(String outcome, String by) {
    return added(
        Counter.builder("bulwark.limiter.attempts")
            .description(
                "Login attempts by outcome; rejected ones also by the limit that they reached")
            .tag("outcome", outcome)
            .tag("by", by)
            .register(registry));
  }

  private Counter clients(String outcome, String by) {
    return added(
        Counter.builder("bulwark.limiter.client.secrets")
            .description(
                "Client secrets that were wrong, and requests rejected for too many of them")
            .tag("outcome", outcome)
            .tag("by", by)
            .register(registry));
  }

  private Counter returns(String result) {
    return added(
        Counter.builder("bulwark.limiter.returns")
            .description("Slots returned in Redis; lost ones stay until their window ends")
            .tag("result", result)
            .register(registry));
  }

  /** An attempt was granted, which took so many nanoseconds. */
  void granted(CallerKind kind, long nanos) {
    decisions.record(nanos, TimeUnit.NANOSECONDS);
    increment(granted.get(kind));
  }

  /** An attempt was refused, which took so many nanoseconds. */
  void refused(Decision.Refused no, long nanos) {
    decisions.record(nanos, TimeUnit.NANOSECONDS);
    increment(no.inFlight() ? inFlight : refused.get(no.scope()));
  }

  /** An attempt got no thread. */
  void withoutThread() {
    withoutThread.increment();
  }

  private static void increment(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }

  void clientWrong() {
    clientsWrong.increment();
  }

  void clientRefused(Decision.Refused no) {
    increment(clientsRefused.get(no.scope()));
  }

  void fromAllowedNetwork() {
    allowed.increment();
  }

  void returned(boolean done) {
    (done ? returned : lost).increment();
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
    meters.clear();
  }
}
