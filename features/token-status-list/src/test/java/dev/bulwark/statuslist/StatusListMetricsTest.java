package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.statuslist.StatusListMetrics.Answer;
import dev.bulwark.statuslist.store.RevokedBits;
import dev.bulwark.statuslist.store.StatusList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StatusListMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void countsAndMeasures() {
    StatusListMetrics metrics = new StatusListMetrics(registry);
    RevokedBits none = new RevokedBits(new StatusList("list", "realm", 0, "00"), new int[0], 1);
    SignedList list = metrics.rebuilt(() -> new SignedList(none, 5, "a.b.c"));
    metrics.count(Answer.LIST);
    metrics.count(Answer.LIST);
    metrics.served(Duration.ofSeconds(3).toMillis());

    assertThat(list.issuedAt()).isEqualTo(5);
    assertThat(registry.get("bulwark.status.list.requests").tag("answer", "list").counter().count())
        .isEqualTo(2);
    assertThat(registry.get("bulwark.status.list.rebuild").timer().count()).isEqualTo(1);
    assertThat(registry.get("bulwark.status.list.size").summary().totalAmount()).isEqualTo(5);
    assertThat(registry.get("bulwark.status.list.age").timer().max(TimeUnit.SECONDS)).isEqualTo(3);
  }

  @Test
  void leavesNoMeterBehind() {
    new StatusListMetrics(registry).close();
    assertThat(registry.getMeters()).isEmpty();
  }
}
