package dev.bulwark.statuslist;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The meters {@code bulwark.status.list.requests} (counter; tag {@code answer}), {@code
 * bulwark.status.list.rebuild} (timer), {@code bulwark.status.list.size} (summary, bytes) and
 * {@code bulwark.status.list.age} (timer). Thread-safe.
 */
final class StatusListMetrics implements AutoCloseable {

  /** What the endpoint of a list answers. */
  enum Answer {
    /** A list: 200. */
    LIST,
    /** 304. */
    NOT_MODIFIED,
    /** There is no such list: 404. */
    UNKNOWN,
    /** The list of another time: 501. */
    UNSUPPORTED,
    /** 503. */
    UNAVAILABLE
  }

  private final MeterRegistry registry;
  private final Map<Answer, Counter> requests = new EnumMap<>(Answer.class);
  private final Timer rebuild;
  private final DistributionSummary size;
  private final Timer age;

  /** Registers the meters. */
  StatusListMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Answer answer : Answer.values()) {
      requests.put(
          answer,
          Counter.builder("bulwark.status.list.requests")
              .description("Requests for token status lists")
              .tag("answer", answer.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    rebuild =
        Timer.builder("bulwark.status.list.rebuild")
            .description("Time to compress and sign a token status list")
            .register(registry);
    size =
        DistributionSummary.builder("bulwark.status.list.size")
            .description("Size of a signed token status list, not gzipped")
            .baseUnit("bytes")
            .register(registry);
    age =
        Timer.builder("bulwark.status.list.age")
            .description("Time since a served token status list was confirmed to be complete")
            .register(registry);
  }

  void count(Answer answer) {
    Objects.requireNonNull(requests.get(answer)).increment();
  }

  /** Measures how a list is made. */
  SignedList rebuilt(Supplier<SignedList> work) {
    SignedList list = Objects.requireNonNull(rebuild.record(work));
    size.record(list.body(false).length);
    return list;
  }

  /**
   * Notes how old a list is that is served.
   *
   * @param millis since it was complete
   */
  void served(long millis) {
    age.record(Duration.ofMillis(Math.max(0, millis)));
  }

  @Override
  public void close() {
    Stream.concat(requests.values().stream(), Stream.<Meter>of(rebuild, size, age))
        .forEach(registry::remove);
  }
}
