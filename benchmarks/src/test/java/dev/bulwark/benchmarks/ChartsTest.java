package dev.bulwark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ChartsTest {

  private static final Path ROOT = Path.of("..");

  /** After a change of a result file, {@code benchmarks/run charts} draws them again. */
  @Test
  void theChartsOfTheDocumentsShowTheResultFiles() throws Exception {
    Map<String, String> charts = Charts.all(ROOT);
    assertThat(charts).hasSize(6).containsKey("docs/images/benchmarks/cost.svg");
    for (Map.Entry<String, String> chart : charts.entrySet()) {
      assertThat(Files.readString(ROOT.resolve(chart.getKey())))
          .as(chart.getKey())
          .isEqualTo(chart.getValue());
    }
  }

  @Test
  void aBarEndsAtTheLineWhereAllOfAPromiseIsUsed() throws Exception {
    Document svg = parsed(chart(0.5, 1, 1.2, 7).svg());
    Element line = (Element) svg.getElementsByTagName("path").item(0);
    double promised = Double.parseDouble(line.getAttribute("d").replaceAll("M([\\d.]+) .*", "$1"));
    NodeList rectangles = svg.getElementsByTagName("rect");
    assertThat(end(rectangles, 1)).isLessThan(promised);
    assertThat(end(rectangles, 2)).isEqualTo(promised);
    assertThat(end(rectangles, 3)).isGreaterThan(promised);
    assertThat(end(rectangles, 4)).isGreaterThan(end(rectangles, 3)).isLessThan(760);
    assertThat(((Element) rectangles.item(2)).getAttribute("class")).isEqualTo("met");
    assertThat(((Element) rectangles.item(3)).getAttribute("class")).isEqualTo("missed");
  }

  @Test
  void theDescriptionHasAllThatTheChartShows() throws Exception {
    Document svg = parsed(new BarChart("Costs", "now", List.of(bar("a < b & c", 0.5))).svg());
    assertThat(svg.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("Costs");
    assertThat(svg.getElementsByTagName("desc").item(0).getTextContent())
        .isEqualTo("a < b & c: 1 of 2.");
    assertThat(svg.getDocumentElement().getAttribute("role")).isEqualTo("img");
  }

  @Test
  void aResultFileKeepsRowsAndBounds(@TempDir Path folder) throws Exception {
    Report report = new Report();
    report.figure("plain", "1 ms", "0–2 (n=3)");
    report.target("fast", "3x", "2–4 (n=3)", "≥ 2x", "3.00x", Bound.atLeast(3, 2));
    report.target("small", "3 MB", "exact", "≤ 2 MB", "3 MB", Bound.atMost(3, 2));
    report.target("all", "5 of 5", "–", "always", "5 of 5", true);
    Result result = report.result("some", new Plan(ROOT, true));
    Path file = folder.resolve("some.json");
    result.write(file);
    assertThat(Result.read(file)).isEqualTo(result);
    assertThat(result.run()).endsWith(", quick run");
    assertThat(result.chart().bars())
        .containsExactly(
            new BarChart.Bar("fast", "3.00x, met; promised: ≥ 2x", 2 / 3.0, true),
            new BarChart.Bar("small", "3 MB, missed; promised: ≤ 2 MB", 1.5, false));
  }

  private static BarChart chart(double... shares) {
    return new BarChart(
        "Costs", "now", Arrays.stream(shares).mapToObj(share -> bar("part", share)).toList());
  }

  private static BarChart.Bar bar(String label, double share) {
    return new BarChart.Bar(label, "1 of 2", share, share <= 1);
  }

  private static double end(NodeList rectangles, int index) {
    Element bar = (Element) rectangles.item(index);
    return Double.parseDouble(bar.getAttribute("x"))
        + Double.parseDouble(bar.getAttribute("width"));
  }

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
