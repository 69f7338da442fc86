package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.it.database.PostgresProcess;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The statements that PostgreSQL has run, by its own count (pg_stat_statements): calls by text.
 * Immutable.
 */
record Statements(Map<String, Long> calls) {

  /** The write of usage counters, which comes by time and not by request. */
  static final String USAGE = "UPDATE BULWARK_API_KEY SET REQUEST_COUNT";

  /** Begins to count anew. */
  static void reset(PostgresProcess database) {
    database.sql("SELECT pg_stat_statements_reset()");
  }

  /** All since the last reset. */
  static Statements since(PostgresProcess database) {
    Map<String, Long> calls = new TreeMap<>();
    database
        .sql(
            "SELECT sum(calls) || '|' || regexp_replace(query, '\\s+', ' ', 'g')"
                + " FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'"
                + " GROUP BY regexp_replace(query, '\\s+', ' ', 'g')")
        .lines()
        .filter(line -> line.indexOf('|') > 0)
        .forEach(
            line -> {
              int bar = line.indexOf('|');
              calls.put(line.substring(bar + 1), Long.parseLong(line.substring(0, bar)));
            });
    return new Statements(Map.copyOf(calls));
  }

  long all() {
    return calls.values().stream().mapToLong(Long::longValue).sum();
  }

  long of(String part) {
    return calls.entrySet().stream()
        .filter(entry -> entry.getKey().contains(part))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /**
   * Those that came with requests: each statement's calls beyond what it is called without any
   * request in the same time, where that is more than one in a thousand requests. The write of
   * usage is left out.
   */
  Map<String, Double> perRequest(Statements idle, long requests) {
    Map<String, Double> found = new LinkedHashMap<>();
    calls.forEach(
        (query, count) -> {
          long more = count - idle.calls.getOrDefault(query, 0L);
          if (more > requests / 1000 && !query.contains(USAGE)) {
            found.put(query, (double) more / requests);
          }
        });
    return found;
  }
}
