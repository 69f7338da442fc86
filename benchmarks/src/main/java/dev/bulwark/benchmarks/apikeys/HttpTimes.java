package dev.bulwark.benchmarks.apikeys;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long requests took by the server's own clock: from the arrival of the request to the end of
 * the answer, the wait for a thread included.
 *
 * @param within number of requests that took at most so many seconds; infinity is the last
 */
record HttpTimes(NavigableMap<Double, Double> within) {

  private static final Pattern BUCKET =
      Pattern.compile(
          "(?m)^http_server_requests_seconds_bucket\\{.*?le=\"([^\"]+)\".*?} ([0-9.eE+]+)$");

  /** Room for a bound that was printed in binary. */
  private static final double ROUNDING = 1e-9;

  /**
   * Reads the metrics of a server, all its addresses together.
   *
   * @throws IllegalArgumentException if there is no histogram of requests
   */
  static HttpTimes parse(String metrics) {
    NavigableMap<Double, Double> within = new TreeMap<>();
    Matcher buckets = BUCKET.matcher(metrics);
    while (buckets.find()) {
      String bound = buckets.group(1);
      within.merge(
          bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
          Double.parseDouble(buckets.group(2)),
          Double::sum);
    }
    if (!within.containsKey(Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("the server has no histogram of its requests");
    }
    return new HttpTimes(within);
  }

  /** Returns the requests after an earlier reading. */
  HttpTimes since(HttpTimes before) {
    NavigableMap<Double, Double> later = new TreeMap<>();
    within.forEach(
        (bound, count) -> later.put(bound, count - before.within.getOrDefault(bound, 0.0)));
    return new HttpTimes(later);
  }

  double requests() {
    return within.lastEntry().getValue();
  }

  /**
   * Returns the part of the requests that took at most so long, 0 to 1.
   *
   * @param seconds a bound of the histogram
   */
  double share(double seconds) {
    var bucket = within.floorEntry(seconds + ROUNDING);
    if (bucket == null || bucket.getKey() < seconds - ROUNDING) {
      throw new IllegalArgumentException("no bound of " + seconds + " s in " + within.keySet());
    }
    return bucket.getValue() / requests();
  }

  /** Returns the least bound within which this part of the requests was done, in seconds. */
  double quantile(double part) {
    return within.entrySet().stream()
        .filter(bucket -> bucket.getValue() >= part * requests())
        .findFirst()
        .orElseThrow()
        .getKey();
  }
}
