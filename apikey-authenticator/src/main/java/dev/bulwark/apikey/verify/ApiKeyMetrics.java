package dev.bulwark.apikey.verify;

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
import java.util.stream.LongStream;

/** Meters of this module; names start with {@code bulwark.apikey}. */
public final class ApiKeyMetrics implements AutoCloseable {

  private static final String VERIFICATIONS = "bulwark.apikey.verifications";

  /** From a key that the node remembers to a database and a Redis that are slow. */
  private static final Duration[] BUCKETS =
      LongStream.of(250, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 1_000_000)
          .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();
  private final Counter accepted;
  private final Counter limited;
  private final Counter exhausted;
  private final Map<Verification.Reason, Counter> rejected =
      new EnumMap<>(Verification.Reason.class);
  private final Timer decisions;
  private final Counter hits;
  private final Counter misses;
  private final Timer flushes;
  private final Counter failedFlushes;
  private final Counter replaced;
  private final Counter orphans;
  private final Counter failedSweeps;
  private final Counter limitedOwners;

  /** Registers the meters. */
  public ApiKeyMetrics(MeterRegistry registry, Supplier<Number> pending, Supplier<Number> cached) {
    this.registry = registry;
    accepted = verifications("accepted");
    limited = verifications("limited");
    exhausted = verifications("exhausted");
    for (Verification.Reason reason : Verification.Reason.values()) {
      rejected.put(reason, verifications(reason.id()));
    }
    decisions =
        added(
            Timer.builder("bulwark.apikey.verify")
                .description("Time to decide about an API key")
                .serviceLevelObjectives(BUCKETS)
                .register(registry));
    hits = cache("hit");
    misses = cache("miss");
    flushes =
        added(
            Timer.builder("bulwark.apikey.usage.flushes")
                .description("Writes of usage counters")
                .register(registry));
    failedFlushes =
        added(
            Counter.builder("bulwark.apikey.usage.flush.failures")
                .description("Writes of usage counters that failed and are repeated")
                .register(registry));
    replaced = removed("replaced");
    orphans = removed("orphan");
    failedSweeps =
        added(
            Counter.builder("bulwark.apikey.sweep.failures")
                .description("Removals of rotated keys that failed and are repeated")
                .register(registry));
    limitedOwners =
        added(
            Counter.builder("bulwark.apikey.owner.limited")
                .description("Requests about keys that were rejected, as their owner sent too many")
                .register(registry));
    added(
        Gauge.builder("bulwark.apikey.usage.pending", pending)
            .description("Keys with usage that is not written yet")
            .register(registry));
    added(
        Gauge.builder("bulwark.apikey.cache.size", cached)
            .description("Keys whose owner this node remembers")
            .register(registry));
  }

  /** Shows how far the database is behind, in seconds. */
  public void watchLag(Supplier<Number> lag) {
    added(
        Gauge.builder("bulwark.apikey.usage.lag", lag)
            .baseUnit("seconds")
            .description("Longest time for which usage may have been waiting to be written")
            .register(registry));
  }

  /** Shows whether wrong keys, rate limits and owners' requests are counted on this node alone. */
  public void watchLimiter(BooleanSupplier alone) {
    Supplier<Number> now = () -> alone.getAsBoolean() ? 1 : 0;
    added(
        Gauge.builder("bulwark.apikey.limiter.alone", now)
            .description(
                "1 while wrong keys, rate limits and owners' requests are counted on this node"
                    + " alone, because Redis is unreachable")
            .register(registry));
  }

  private <M extends Meter> M added(M meter) {
    meters.add(meter);
    return meter;
  }

  private Counter verifications(String outcome) {
    return added(
        Counter.builder(VERIFICATIONS)
            .description("Verified API keys by outcome")
            .tag("outcome", outcome)
            .register(registry));
  }

  private Counter cache(String result) {
    return added(
        Counter.builder("bulwark.apikey.cache.requests")
            .description("Lookups in the cache of owners")
            .tag("result", result)
            .register(registry));
  }

  private Counter removed(String kind) {
    return added(
        Counter.builder("bulwark.apikey.sweep.removed")
            .description("Removed rotated keys, and removed rows of the index without a key")
            .tag("kind", kind)
            .register(registry));
  }

  void verified(Verification verification, long nanos) {
    decisions.record(nanos, TimeUnit.NANOSECONDS);
    if (verification instanceof Verification.Accepted) {
      accepted.increment();
    } else if (verification instanceof Verification.Limited) {
      limited.increment();
    } else if (verification instanceof Verification.Exhausted) {
      exhausted.increment();
    } else if (verification instanceof Verification.Rejected rejection) {
      Counter counter = rejected.get(rejection.reason());
      if (counter != null) {
        counter.increment();
      }
    }
  }

  void cached(boolean hit) {
    (hit ? hits : misses).increment();
  }

  /** Counts a write of usage. */
  public void flushed(Duration time) {
    flushes.record(time);
  }

  /** Counts a write of usage that failed. */
  public void flushFailed() {
    failedFlushes.increment();
  }

  /** Counts what was removed. */
  public void swept(int replacedKeys, int orphanedRows) {
    replaced.increment(replacedKeys);
    orphans.increment(orphanedRows);
  }

  /** Counts a removal that failed. */
  public void sweepFailed() {
    failedSweeps.increment();
  }

  /** Counts a request of an owner that was rejected, as there were too many. */
  public void ownerLimited() {
    limitedOwners.increment();
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
    meters.clear();
  }
}
