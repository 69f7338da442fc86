package dev.bulwark.boot.revocation;

import dev.bulwark.checker.CheckObserver;
import dev.bulwark.checker.Verdict;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Timer {@code bulwark.revocation.check} with the tag {@code verdict}: count and duration of the
 * checks. Thread-safe.
 */
final class CheckMetrics implements CheckObserver {

  private final ObjectProvider<MeterRegistry> registry;
  private volatile @Nullable Map<Verdict, Timer> timers;

  CheckMetrics(ObjectProvider<MeterRegistry> registry) {
    this.registry = registry;
  }

  @Override
  public void checked(Verdict verdict, Duration elapsed) {
    Map<Verdict, Timer> current = timers;
    if (current == null) {
      current = register();
      timers = current;
    }
    Timer timer = current.get(verdict);
    if (timer != null) {
      timer.record(elapsed);
    }
  }

  /** At the first check, when the application has its registry. None without a registry. */
  private Map<Verdict, Timer> register() {
    Map<Verdict, Timer> all = new EnumMap<>(Verdict.class);
    registry.ifAvailable(
        meters -> {
          for (Verdict verdict : Verdict.values()) {
            all.put(
                verdict,
                Timer.builder("bulwark.revocation.check")
                    .description("Checks whether a token has been revoked")
                    .tag("verdict", verdict.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .register(meters));
          }
        });
    return all;
  }
}
