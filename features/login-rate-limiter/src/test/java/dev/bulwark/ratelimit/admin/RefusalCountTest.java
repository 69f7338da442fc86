package dev.bulwark.ratelimit.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.ratelimit.admin.RefusalCount.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** L1, K11: what the overview shows of refused attempts. */
class RefusalCountTest {

  private static final Instant FROM = Instant.parse("2026-11-27T12:00:00Z");

  private final RefusalCount count = new RefusalCount(FROM, Duration.ofHours(1));

  private void add(int seconds, @Nullable String name, String address) {
    count.add(new Refusal(FROM.plusSeconds(seconds), name, address, "account", 30));
  }

  @Test
  void countsBySpansOfFiveMinutes() {
    add(-1, "a", "10.0.0.1");
    add(0, "a", "10.0.0.1");
    add(299, "a", "10.0.0.1");
    add(300, "a", "10.0.0.1");
    add(3_600, "a", "10.0.0.1");
    List<Map<String, Object>> spans = count.overTime();
    assertThat(spans).hasSize(12);
    assertThat(spans.get(0)).containsEntry("from", "2026-11-27T12:00:00Z");
    assertThat(spans.get(1)).containsEntry("from", "2026-11-27T12:05:00Z");
    assertThat(spans)
        .extracting(span -> span.get("count"))
        .containsExactly(3L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L);
    assertThat(count.total()).isEqualTo(5);
  }

  @Test
  void groupsByNameAddressAndReasonTheNewestFirst() {
    add(100, "ann", "10.0.0.1");
    add(50, "ann", "10.0.0.1");
    add(60, "ann", "10.0.0.2");
    add(200, null, "10.0.0.1");
    assertThat(count.byOrigin())
        .extracting(entry -> entry.get("username") + " " + entry.get("address"))
        .containsExactly("null 10.0.0.1", "ann 10.0.0.1", "ann 10.0.0.2");
    assertThat(List.copyOf(count.byOrigin()).get(1))
        .containsEntry("count", 2L)
        .containsEntry("reason", "account")
        .containsEntry("lastAt", "2026-11-27T12:01:40Z")
        .containsEntry("retryAt", "2026-11-27T12:02:10Z");
  }

  @Test
  void hasNoMoreThanAHundredOrigins() {
    for (int i = 0; i < 150; i++) {
      add(i, "user-" + i, "10.0.0.1");
    }
    assertThat(count.byOrigin())
        .hasSize(RefusalCount.MAX_ORIGINS)
        .first()
        .satisfies(entry -> assertThat(entry).containsEntry("username", "user-149"));
    assertThat(count.total()).isEqualTo(150);
  }
}
