package dev.bulwark.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeliveryMetersTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final DeliveryClock clock = new DeliveryClock();

  private DeliveryMeters meters() {
    return new DeliveryMeters(
        registry, "bulwark.x", "things", EnumSet.allOf(Outcome.class), clock::millis);
  }

  /** R9: a node whose clock is an hour ahead, and a message that another one has just made. */
  @Test
  void theAgeIsByTheClockOfTheMessages() {
    long database = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1);
    clock.setDatabaseTime(database, clock.nanos());
    try (DeliveryMeters meters = meters()) {
      meters.show(new Backlog(1, database - 5_000, 0));
      assertThat(registry.get("bulwark.x.age").gauge().value()).isBetween(5.0, 600.0);
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void whereNothingWaitsNothingIsOld() {
    try (DeliveryMeters meters = meters()) {
      meters.show(Backlog.EMPTY);
      assertThat(registry.get("bulwark.x.age").gauge().value()).isZero();
    }
  }

  @Test
  void aRoundIsCountedByItsAnswers() {
    try (DeliveryMeters meters = meters()) {
      meters.count(
          List.of(200, 422, 500, 503).stream()
              .map(status -> new Sent<>(new Message<>("{}", "s", true, 0), Answer.of(status, null)))
              .toList());
      assertThat(count("delivered")).isEqualTo(1);
      assertThat(count("rejected")).isEqualTo(2);
      assertThat(count("unreachable")).isEqualTo(1);
      assertThat(count("dead")).isZero();
    }
  }

  private double count(String outcome) {
    return registry.get("bulwark.x.things").tag("outcome", outcome).counter().count();
  }
}
