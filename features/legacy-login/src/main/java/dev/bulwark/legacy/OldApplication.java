package dev.bulwark.legacy;

import dev.bulwark.legacy.endpoint.PasswordEndpoint;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The application that users come from.
 *
 * @param realm name of the realm that they come to
 */
record OldApplication(String realm, PasswordEndpoint endpoint, LegacyLoginMetrics metrics)
    implements AutoCloseable {

  static OldApplication of(LegacyLoginConfig config, MeterRegistry registry) {
    AtomicReference<@Nullable PasswordEndpoint> known = new AtomicReference<>();
    LegacyLoginMetrics metrics =
        new LegacyLoginMetrics(
            registry,
            () -> {
              PasswordEndpoint endpoint = known.get();
              return endpoint != null && endpoint.isCircuitOpen() ? 1 : 0;
            });
    PasswordEndpoint endpoint = new PasswordEndpoint(config.endpoint(), metrics::requested);
    known.set(endpoint);
    return new OldApplication(config.realm(), endpoint, metrics);
  }

  @Override
  public void close() {
    metrics.close();
    endpoint.close();
  }
}
