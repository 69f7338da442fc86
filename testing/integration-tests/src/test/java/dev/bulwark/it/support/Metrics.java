package dev.bulwark.it.support;

import java.net.URI;
import java.util.List;

/** A server's Prometheus metrics. */
public final class Metrics {

  private Metrics() {}

  /**
   * The sum over the series of a metric; 0 if there is none of that name.
   *
   * @param management address of the server's management interface
   * @param holding what a series has to contain, such as {@code outcome="granted"}
   */
  public static double sum(URI management, String name, String... holding) {
    List<String> parts = List.of(holding);
    return Http.get(management + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .filter(line -> parts.stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
