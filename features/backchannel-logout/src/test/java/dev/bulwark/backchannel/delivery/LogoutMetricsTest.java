package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.backchannel.outbox.LogoutOutbox.Backlog;
import dev.bulwark.backchannel.outbox.NoticeClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogoutMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  /** R9: a node whose clock is an hour ahead, and a notice that another one has just made. */
  @Test
  void theAgeIsByTheClockOfTheNotices() {
    NoticeClock clock = new NoticeClock();
    long database = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1);
    clock.setDatabaseTime(database, clock.nanos());
    try (LogoutMetrics metrics = new LogoutMetrics(registry, clock)) {
      metrics.show(new Backlog(1, database - 5_000, 0));
      assertThat(registry.get("bulwark.backchannel.logout.age").gauge().value())
          .isBetween(5.0, 600.0);
    }
  }
}
