package dev.bulwark.keyspage;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/** The meters of a node that the overview shows. */
final class NodeCounts {

  /** Names of counters and timers of the bundle's features. */
  private static final Set<String> NAMES =
      Set.of(
          "bulwark.breached.checks",
          "bulwark.breached.login",
          "bulwark.breached.unreachable",
          "bulwark.limiter.attempts");

  private NodeCounts() {}

  /** Returns name, tags and count of each, ordered by name and tags; of a timer its events. */
  static List<Map<String, Object>> of(MeterRegistry registry) {
    List<Map<String, Object>> counts = new ArrayList<>();
    registry.getMeters().stream()
        .filter(meter -> NAMES.contains(meter.getId().getName()))
        .sorted(
            Comparator.comparing((Meter meter) -> meter.getId().getName())
                .thenComparing(meter -> tags(meter).toString()))
        .forEach(
            meter -> {
              Map<String, Object> entry = new LinkedHashMap<>();
              entry.put("name", meter.getId().getName());
              entry.put("tags", tags(meter));
              entry.put("count", count(meter));
              counts.add(entry);
            });
    return counts;
  }

  private static Map<String, String> tags(Meter meter) {
    Map<String, String> tags = new LinkedHashMap<>();
    for (Tag tag : meter.getId().getTags()) {
      tags.put(tag.getKey(), tag.getValue());
    }
    return tags;
  }

  private static long count(Meter meter) {
    return StreamSupport.stream(meter.measure().spliterator(), false)
        .filter(measurement -> measurement.getStatistic() == Statistic.COUNT)
        .mapToLong(measurement -> Math.round(measurement.getValue()))
        .sum();
  }
}
