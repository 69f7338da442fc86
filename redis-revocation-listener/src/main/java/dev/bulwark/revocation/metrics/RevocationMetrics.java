package dev.bulwark.revocation.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Metrics of the revocation. Thread-safe. */
public final class RevocationMetrics implements AutoCloseable {

  private static final String PREFIX = "bulwark.revocation.";

  /** From a fast write to one that somebody waits for. */
  private static final Duration[] BUCKETS =
      IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final Clock clock;
  private final List<Meter> meters = new ArrayList<>();
  private final AtomicLong pending = new AtomicLong();
  private final AtomicLong oldest = new AtomicLong();
  private final AtomicLong inDoubt = new AtomicLong();
  private final AtomicLong heldRealms = new AtomicLong();
  private final AtomicLong leading = new AtomicLong();
  private final AtomicLong switchedOn = new AtomicLong();
  private final AtomicLong ledgerSize = new AtomicLong();
  private final AtomicLong cycleBegan = new AtomicLong();
  private final AtomicLong completeUntil = new AtomicLong();
  private final AtomicLong redisIdentified = new AtomicLong(1);
  private final AtomicLong redisClockAhead = new AtomicLong();
  private final AtomicLong lastRound;
  private final Counter pushed;
  private final Counter failures;
  private final Counter restored;
  private final Counter late;
  private final Counter ledgerFailures;
  private final Counter ledgerRewritten;
  private final Counter ledgerForgotten;
  private final Counter endingsFailed;
  private final Counter skipped;
  private final Counter acquitted;
  private final Counter undecided;
  private final Counter answeredEarly;
  private final Counter secondNetFailures;
  private final Timer pushTime;
  private final Timer ledgerTime;
  private final Timer cycleTime;

  /** Registers the metrics. */
  public RevocationMetrics(MeterRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
    this.lastRound = new AtomicLong(clock.millis());
    this.pushed = counter("pushed", "Keys written to Redis");
    this.failures = counter("push.failures", "Attempts to write to Redis that failed");
    this.restored = counter("restored", "Keys that Redis had lost and got again");
    this.late = counter("late", "Tokens found by a later pass of an ending, not by the first");
    this.ledgerFailures =
        counter("ledger.failures", "Tokens that did not leave for want of a ledger row");
    this.ledgerRewritten =
        counter("ledger.rewritten", "Ledger rows written again, in case a failover lost them");
    this.ledgerForgotten =
        counter("ledger.forgotten", "Ledger rows that a failover could lose: too many at a time");
    this.endingsFailed = counter("scopes.failures", "Endings that their transaction did not take");
    this.skipped = counter("reconciler.skipped", "Parts of the ledger that could not be compared");
    this.pushTime = timer("push", "Time of one write to Redis");
    this.ledgerTime = timer("ledger.write", "Time an issuing request waits for its ledger row");
    this.acquitted = counter("reconciler.acquitted", "Suspected tokens that were alive");
    this.secondNetFailures =
        counter("second.net.failures", "Comparisons of the second net that failed");
    this.undecided = counter("undecided", "Answers about tokens that Keycloak could not give");
    this.answeredEarly =
        counter("answered.early", "Responses whose revocations were not in Redis yet");
    this.cycleTime = timer("reconciler.cycle", "Time of one comparison of the whole ledger");
    gauge("ledger.size", "Rows of the ledger when last counted", ledgerSize::get);
    gauge(
        "complete.age.seconds",
        "Age of revocation:complete in Redis; 0 on a node that does not write it",
        () -> completeAge().toMillis() / 1000.0);
    gauge(
        "reconciler.age.seconds",
        "Time since the last complete comparison began; 0 on a node that does not compare",
        () -> cycleBegan.get() == 0 ? 0 : (clock.millis() - cycleBegan.get()) / 1000.0);
    gauge("pending", "Revoked tokens that Redis lacks", pending::get);
    gauge("in.doubt", "Tokens about which Keycloak cannot decide now", inDoubt::get);
    gauge("realms.held", "Realms whose revocations cannot be completed now", heldRealms::get);
    gauge(
        "pending.age.seconds",
        "Time since the oldest token that Redis lacks was revoked",
        () -> oldest.get() == 0 ? 0 : (clock.millis() - oldest.get()) / 1000.0);
    gauge(
        "round.age.seconds",
        "Time since the last complete round of the background work",
        () -> roundAge().toMillis() / 1000.0);
    gauge(
        "redis.identified",
        "0 if Redis hides which process it is, so that failovers are not noticed",
        redisIdentified::get);
    gauge(
        "redis.clock.ahead.seconds",
        "How far the clock of Redis is ahead of Keycloak's; negative if behind",
        () -> redisClockAhead.get() / 1000.0);
    gauge("realms", "Realms that have switched revocation on", switchedOn::get);
    gauge("leading", "1 on the node that does the background work", leading::get);
  }

  /** Tokens were revoked by a cause. */
  public void revoked(int count, String cause) {
    byCause("revoked", "Tokens ended by an event", cause).increment(count);
  }

  /** Runs a push and measures it. */
  public <T> T timePush(int count, Supplier<T> push) {
    T result = pushTime.record(push);
    pushed.increment(count);
    return result;
  }

  /** A push failed. */
  public void pushFailed() {
    failures.increment();
  }

  /** Redis had lost keys and has got them again. */
  public void restored(int count) {
    restored.increment(count);
  }

  /** Whether every Redis node says which process it is. */
  public void redisIdentified(boolean all) {
    redisIdentified.set(all ? 1 : 0);
  }

  /**
   * How far the clock of Redis is ahead.
   *
   * @param millis negative if it is behind
   */
  public void redisClockAhead(long millis) {
    redisClockAhead.set(millis);
  }

  /** A later pass of an ending found tokens. */
  public void lateFinds(int count) {
    late.increment(count);
  }

  /** A token does not leave, since it has no row. */
  public void ledgerFailed() {
    ledgerFailures.increment();
  }

  /** Rows were written again after a connection was lost or another database server answered. */
  public void ledgerRewritten(int rows) {
    ledgerRewritten.increment(rows);
  }

  /** Rows left the memory of written rows early. */
  public void ledgerForgotten(int rows) {
    ledgerForgotten.increment(rows);
  }

  /** Endings could not be written in their transaction. */
  public void endingsFailed(int count) {
    endingsFailed.increment(count);
  }

  /** The reconciler gave up a part of the ledger for this comparison. */
  public void partSkipped() {
    skipped.increment();
  }

  /** The timer of ledger writes. */
  public Timer ledgerTime() {
    return ledgerTime;
  }

  /** Whether this node does the background work. */
  public void leading(boolean now) {
    leading.set(now ? 1 : 0);
    if (now) {
      // A node that never gets to write the watermark must not look as if it had just done so.
      completeUntil.compareAndSet(0, clock.millis());
    } else {
      // What this node knew is out of date: the one that leads counts from now on.
      completeUntil.set(0);
      backlog(0, 0);
      inDoubt(0, 0);
      redisIdentified(true);
      redisClockAhead(0);
    }
  }

  /**
   * The watermark was written to Redis.
   *
   * @param until up to when Redis is complete, milliseconds since 1970
   */
  public void completeUntil(long until) {
    completeUntil.set(until);
  }

  /** Whether this node does the background work. */
  public boolean isLeading() {
    return leading.get() == 1;
  }

  /**
   * A round of the background work has come to its end, on whichever node.
   *
   * @param at milliseconds since 1970
   */
  public void roundCompleted(long at) {
    lastRound.set(at);
  }

  /**
   * Time since the last complete round of the background work, or since the start; not negative.
   */
  public Duration roundAge() {
    return Duration.ofMillis(Math.max(0, clock.millis() - lastRound.get()));
  }

  /** The reconciler found tokens that had died without an event. */
  public void reconciled(int count, String cause) {
    byCause("reconciled", "Tokens found that died without an event", cause).increment(count);
  }

  /** Suspected tokens were alive. */
  public void acquitted(int count) {
    acquitted.increment(count);
  }

  /** A comparison of the second net failed. */
  public void secondNetFailed() {
    secondNetFailures.increment();
  }

  /** Tokens could not be judged. */
  public void undecided(int count) {
    undecided.increment(count);
  }

  /**
   * The whole ledger has been compared once.
   *
   * @param began milliseconds since 1970
   * @param ended milliseconds since 1970
   */
  public void cycle(long began, long ended) {
    cycleBegan.set(began);
    cycleTime.record(Duration.ofMillis(Math.max(0, ended - began)));
  }

  /**
   * This node compares from now on. Until its first comparison is complete, the age counts from
   * here: one that never gets to its end has to be seen.
   */
  public void reconciling(long now) {
    cycleBegan.compareAndSet(0, now);
  }

  /** The rows of the ledger that have not expired have been counted. */
  public void ledgerSize(long rows) {
    ledgerSize.set(rows);
  }

  /** Another node compares. */
  public void notReconciling() {
    cycleBegan.set(0);
    ledgerSize.set(0);
  }

  /**
   * What Redis lacks.
   *
   * @param count number of tokens
   * @param since when the oldest of them was revoked, milliseconds since 1970; 0 if none
   */
  public void backlog(long count, long since) {
    pending.set(count);
    oldest.set(since);
  }

  /**
   * What holds up single tokens and realms.
   *
   * @param tokens about which Keycloak cannot decide
   * @param realms that are held
   */
  public void inDoubt(long tokens, long realms) {
    inDoubt.set(tokens);
    heldRealms.set(realms);
  }

  /** How many tokens Keycloak could not decide about in the last round. */
  public long inDoubt() {
    return inDoubt.get();
  }

  /** How many realms have switched revocation on, as far as this node knows. */
  public void switchedOn(long realms) {
    switchedOn.set(realms);
  }

  /** How many realms the last round has held. */
  public long heldRealms() {
    return heldRealms.get();
  }

  /** The age of what Redis says to be complete; zero on a node that does not write it. */
  public Duration completeAge() {
    long until = completeUntil.get();
    return until == 0 ? Duration.ZERO : Duration.ofMillis(Math.max(0, clock.millis() - until));
  }

  /** A response did not wait until Redis had the ids of the tokens that it ended. */
  public void answeredEarly() {
    answeredEarly.increment();
  }

  /** How many tokens Redis lacked when last counted. */
  public long pending() {
    return pending.get();
  }

  /** When the oldest of them was revoked, milliseconds since 1970; 0 if none. */
  public long oldestPending() {
    return oldest.get();
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }

  private Counter counter(String name, String description) {
    Counter counter = Counter.builder(PREFIX + name).description(description).register(registry);
    meters.add(counter);
    return counter;
  }

  /** Not removed at the end: how many causes there are is known when they have happened. */
  private Counter byCause(String name, String description, String cause) {
    return Counter.builder(PREFIX + name)
        .description(description)
        .tag("cause", cause)
        .register(registry);
  }

  private Timer timer(String name, String description) {
    Timer timer =
        Timer.builder(PREFIX + name)
            .description(description)
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    meters.add(timer);
    return timer;
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    meters.add(Gauge.builder(PREFIX + name, value).description(description).register(registry));
  }
}
