package dev.bulwark.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpansTest {

  private final List<Runnable> executed = new ArrayList<>();
  private final Runnable task = () -> {};

  @Test
  void nothingIsMadeWhileTracingIsOff() {
    Spans spans = new Spans();
    assertThat(spans.child("work")).isSameAs(TraceSpan.NONE);
    assertThat(spans.clientChild("call")).isSameAs(TraceSpan.NONE);
    assertThat(spans.begin("round")).isSameAs(TraceSpan.NONE);
    spans.carrying(executed::add).execute(task);
    assertThat(executed).containsExactly(task);
  }

  @Test
  void aTaskRunsBelowTheSpanOfWhoeverHandsItOver() {
    Runnable carried = () -> {};
    Spans spans =
        new Spans(
            new Tracing() {
              @Override
              public TraceSpan child(String name) {
                return TraceSpan.NONE;
              }

              @Override
              public TraceSpan clientChild(String name) {
                return TraceSpan.NONE;
              }

              @Override
              public TraceSpan begin(String name) {
                return TraceSpan.NONE;
              }

              @Override
              public Runnable carry(Runnable task) {
                return carried;
              }
            });
    spans.carrying(executed::add).execute(task);
    assertThat(executed).containsExactly(carried);
  }
}
