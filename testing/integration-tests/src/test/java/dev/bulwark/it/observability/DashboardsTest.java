package dev.bulwark.it.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * B11: what an administrator on call sees in the dashboards. {@link ObservabilityIT} runs the
 * queries.
 */
class DashboardsTest {

  private static final String LEVELS = "bulwark-service-levels";
  private static final String CAPACITY = "bulwark-migration-capacity";

  private static JsonNode dashboard(String name) throws IOException {
    return new ObjectMapper()
        .readTree(Repository.text("deploy/observability/grafana/" + name + ".json"));
  }

  private static JsonNode panel(String dashboard, String title) throws IOException {
    for (JsonNode panel : dashboard(dashboard).get("panels")) {
      if (panel.get("title").asText().equals(title)) {
        return panel;
      }
    }
    throw new AssertionError("no panel " + title);
  }

  /** Who gets an alert looks at its metric first. */
  @Test
  void eachMetricOfAnAlertHasAPanel() throws IOException {
    Set<String> shown = ShippedQueries.metrics(String.join(" ", ShippedQueries.panels().values()));
    Set<String> watched = ShippedQueries.metrics(String.join(" ", ShippedQueries.alerts()));
    assertThat(watched).hasSizeGreaterThan(25);
    assertThat(shown).containsAll(watched);
  }

  /** The color of the lowest value, and the value from which on it is well. */
  @ParameterizedTest
  @CsvSource({"Redis, 1", "Leaders, 1"})
  void aPanelIsRedWhereThereIsNone(String title, double well) throws IOException {
    JsonNode steps = panel(LEVELS, title).at("/fieldConfig/defaults/thresholds/steps");
    assertThat(steps.get(0).get("color").asText()).isEqualTo("red");
    JsonNode last = steps.get(steps.size() - 1);
    assertThat(last.get("color").asText()).isEqualTo("green");
    assertThat(last.get("value").asDouble()).isEqualTo(well);
  }

  /** Those of a cluster have the nodes of all environments, and of pods that are gone. */
  @ParameterizedTest
  @ValueSource(strings = {LEVELS, CAPACITY})
  void theListOfNodesIsThatOfTheNamespace(String name) throws IOException {
    for (JsonNode variable : dashboard(name).at("/templating/list")) {
      if (variable.get("name").asText().equals("instance")) {
        assertThat(variable.at("/query/query").asText())
            .isEqualTo(variable.get("definition").asText())
            .contains("{namespace=~\"$namespace\"}");
        return;
      }
    }
    throw new AssertionError("no variable instance");
  }

  @ParameterizedTest
  @ValueSource(strings = {LEVELS, CAPACITY})
  void noTwoPanelsOverlapOrHaveOneId(String name) throws IOException {
    Set<Integer> ids = new TreeSet<>();
    Set<String> cells = new TreeSet<>();
    for (JsonNode panel : dashboard(name).get("panels")) {
      assertThat(ids.add(panel.get("id").asInt())).as(panel.get("title").asText()).isTrue();
      JsonNode at = panel.get("gridPos");
      assertThat(at.get("x").asInt() + at.get("w").asInt()).isLessThanOrEqualTo(24);
      for (int x = 0; x < at.get("w").asInt(); x++) {
        for (int y = 0; y < at.get("h").asInt(); y++) {
          String cell = (at.get("x").asInt() + x) + "," + (at.get("y").asInt() + y);
          assertThat(cells.add(cell)).as(panel.get("title").asText()).isTrue();
        }
      }
    }
  }

  /** The size of a row was measured once, and is in the page about sizing. */
  @Test
  void theSizeOfARowIsTheMeasuredOne() throws IOException {
    Matcher row =
        Pattern.compile("(?m)^\\| access token that has not expired.*PostgreSQL \\| (\\d+) \\|")
            .matcher(Repository.text("docs/operations.md"));
    assertThat(row.find()).isTrue();
    assertThat(panel(CAPACITY, "Rows of the ledger").get("description").asText())
        .contains(row.group(1) + " bytes each");
  }
}
