package dev.bulwark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class BenchmarksTest {

  private final Report report = new Report();

  @Test
  void partThatFailsBecomesRowAndTheOthersStay() throws Exception {
    assertThat(measured("first", () -> report.figure("one", "1 ms", "0–2 (n=3)"))).isTrue();
    assertThat(
            measured(
                "second",
                () -> {
                  throw new IOException("a | b\nand more");
                }))
        .isFalse();
    assertThat(
            measured(
                "third",
                () -> {
                  throw new TestAbortedException("no postgresql here");
                }))
        .isTrue();
    assertThat(report.markdown("some", new Plan(Path.of("."), false)))
        .contains("\n| one | 1 ms |")
        .contains("\n| second | **failed**: java.io.IOException: a \\| b | – | – | – |\n")
        .contains("\n| third | not measured: no postgresql here | – | – | – |\n");
  }

  @Test
  void anInterruptEndsTheRun() {
    assertThatThrownBy(
            () ->
                measured(
                    "any",
                    () -> {
                      throw new InterruptedException();
                    }))
        .isInstanceOf(InterruptedException.class);
  }

  private interface Body {
    void run() throws Exception;
  }

  private boolean measured(String name, Body body) throws InterruptedException {
    Measurement measurement =
        new Measurement() {
          @Override
          public String name() {
            return name;
          }

          @Override
          public void measure(Report ignored) throws Exception {
            body.run();
          }
        };
    return Benchmarks.measured(measurement, report);
  }
}
