package dev.bulwark.keyspage;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** K11: the overview shows counts of the bundle's meters and nothing else of the server. */
class NodeCountsTest {

  private final MeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void countersAndTimersByNameAndTags() {
    registry
        .counter("bulwark.limiter.attempts", "outcome", "refused", "by", "address")
        .increment(3);
    registry.counter("bulwark.limiter.attempts", "outcome", "granted", "by", "none").increment();
    registry.timer("bulwark.breached.login", "outcome", "accepted").record(Duration.ofMillis(5));
    registry.timer("bulwark.breached.login", "outcome", "accepted").record(Duration.ofMillis(7));
    registry.counter("jvm.threads").increment();
    List<Map<String, Object>> counts = NodeCounts.of(registry);
    assertThat(counts)
        .extracting(count -> count.get("name") + " " + count.get("tags") + " " + count.get("count"))
        .containsExactly(
            "bulwark.breached.login {outcome=accepted} 2",
            "bulwark.limiter.attempts {by=address, outcome=refused} 3",
            "bulwark.limiter.attempts {by=none, outcome=granted} 1");
  }
}
