package dev.bulwark.it.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * B6: the README of a module names every meter that its source declares. Needs no server, so it
 * also covers the meters of modules that the shared server does not use. {@link ObservabilityIT}
 * compares the documents with a running server, in both directions.
 */
class MetricNamesTest {

  private static final Pattern LITERAL = Pattern.compile("\"bulwark\\.[a-z.-]+[a-z]\"");

  /** Sources that register meters: the page of the overview only reads them. */
  private static List<String> sources() throws IOException {
    return Repository.files(
            "(?!features/console|benchmarks|examples)(?:[a-z-]+/)+src/main/java/dev/bulwark/.*")
        .stream()
        .filter(file -> file.matches(".*/(\\w+Metrics|StoredHashGauges|LineOutput)\\.java"))
        .toList();
  }

  @Test
  void theReadmeOfAModuleNamesItsMeters() throws IOException {
    List<String> missing = new ArrayList<>();
    int declared = 0;
    for (String source : sources()) {
      String module = source.substring(0, source.indexOf("/src/"));
      Set<String> documented = ShippedQueries.meters(Repository.text(module + "/README.md"));
      Set<String> meters = new TreeSet<>();
      LITERAL
          .matcher(Repository.text(source))
          .results()
          .forEach(found -> meters.addAll(ShippedQueries.meters(found.group())));
      declared += meters.size();
      meters.removeAll(documented);
      meters.forEach(meter -> missing.add(module + ": " + meter));
    }
    assertThat(declared).isGreaterThan(35);
    assertThat(missing).isEmpty();
  }
}
