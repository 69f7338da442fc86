package dev.bulwark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void samplesGiveMedianQuartilesAndExtremes() {
    Samples samples = Samples.of(List.of(4.0, 1.0, 3.0)).and(Samples.of(2.0));
    assertThat(samples.median()).isEqualTo(2.5);
    assertThat(samples.quantile(0.25)).isCloseTo(1.75, within(1e-9));
    assertThat(samples.min()).isEqualTo(1);
    assertThat(samples.max()).isEqualTo(4);
    assertThat(samples.map(value -> value * 1000).spread(0)).isEqualTo("1,750–3,250 (n=4)");
    assertThatThrownBy(Samples::of).hasMessage("nothing was measured");
  }

  @Test
  void theTableTellsWhatWasMetMissedAndNotMeasured() {
    Report report = new Report();
    report.figure("plain", "1 ms", "0–2 (n=3)");
    report.target("good", "1 ms", "0–2 (n=3)", "≥ 2x", "2.50x", true);
    report.target("bad", "1 ms", "0–2 (n=3)", "≥ 2x", "1.50x", false);
    report.missing("absent", "no such processor");
    report.note("A note.");
    assertThat(report.markdown("some", new Plan(Path.of("."), true)))
        .startsWith("Suite `some`, ")
        .contains("Quick run")
        .contains("\n| figure | median | spread | target | measured |\n|---|---|---|---|---|\n")
        .contains("\n| plain | 1 ms | 0–2 (n=3) | – | – |\n")
        .contains("| ≥ 2x | 2.50x, met |\n")
        .contains("| ≥ 2x | 1.50x, **missed** |\n")
        .contains("\n| absent | not measured: no such processor | – | – | – |\n")
        .endsWith("\n- A note.");
  }
}
