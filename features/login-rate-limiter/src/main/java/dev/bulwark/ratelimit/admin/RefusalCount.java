package dev.bulwark.ratelimit.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refused attempts of a span of time, counted by their origin and by their time. For one thread.
 */
final class RefusalCount {

  /** Most origins in an answer; the newest. */
  static final int MAX_ORIGINS = 100;

  /** Spans into which the time is divided. */
  static final int SPANS = 12;

  /**
   * A refused attempt.
   *
   * @param username the name as it was typed; null if none was
   * @param reason which window was full
   */
  record Refusal(
      Instant at,
      @Nullable String username,
      @Nullable String address,
      @Nullable String reason,
      long retryAfterSeconds) {}

  /** What the refusals of one name from one address have in common. */
  record Origin(@Nullable String username, @Nullable String address, @Nullable String reason) {}

  private record Seen(Instant lastAt, Instant retryAt, long count) {

    Seen with(Seen other) {
      return new Seen(
          lastAt.isAfter(other.lastAt) ? lastAt : other.lastAt,
          retryAt.isAfter(other.retryAt) ? retryAt : other.retryAt,
          count + other.count);
    }
  }

  private final Instant from;
  private final Duration span;
  private final long[] spans = new long[SPANS];
  private final Map<Origin, Seen> origins = new LinkedHashMap<>();

  /**
   * Begins with none.
   *
   * @param from beginning of the time
   * @param length of the time
   */
  RefusalCount(Instant from, Duration length) {
    this.from = from;
    this.span = length.dividedBy(SPANS);
  }

  /** Counts a refusal; one outside of the time counts at its border. */
  void add(Refusal refusal) {
    long index = Duration.between(from, refusal.at()).toMillis() / span.toMillis();
    spans[(int) Math.max(0, Math.min(SPANS - 1, index))]++;
    origins.merge(
        new Origin(refusal.username(), refusal.address(), refusal.reason()),
        new Seen(refusal.at(), refusal.at().plusSeconds(refusal.retryAfterSeconds()), 1),
        Seen::with);
  }

  /** All refusals. */
  long total() {
    long total = 0;
    for (long count : spans) {
      total += count;
    }
    return total;
  }

  /** The refusals of each span, the oldest first. */
  List<Map<String, Object>> overTime() {
    List<Map<String, Object>> list = new ArrayList<>();
    for (int i = 0; i < SPANS; i++) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("from", from.plus(span.multipliedBy(i)).toString());
      entry.put("count", spans[i]);
      list.add(entry);
    }
    return list;
  }

  /** The origins, the newest first. */
  Collection<Map<String, Object>> byOrigin() {
    return origins.entrySet().stream()
        .sorted(
            Comparator.comparing(
                (Map.Entry<Origin, Seen> entry) -> entry.getValue().lastAt(),
                Comparator.reverseOrder()))
        .limit(MAX_ORIGINS)
        .map(entry -> entry(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Map<String, Object> entry(Origin origin, Seen seen) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("username", origin.username());
    entry.put("address", origin.address());
    entry.put("reason", origin.reason());
    entry.put("count", seen.count());
    entry.put("lastAt", seen.lastAt().toString());
    entry.put("retryAt", seen.retryAt().toString());
    return entry;
  }
}
