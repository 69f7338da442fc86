package dev.bulwark.status;

import dev.bulwark.factory.BackgroundTransaction;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * In how many realms each part is on, in {@code /health/ready}: a change of a realm that drops an
 * event listener by mistake is seen there. Always up.
 *
 * <p>A call answers what was counted last, and has it counted again if that is older than 10 s. So
 * a slow database holds up no probe, and a server that nobody probes counts nothing. Quarkus finds
 * the class by the bundle's Jandex index. Thread-safe.
 */
@Readiness
@Singleton
public final class SwitchedRealmsHealthCheck implements HealthCheck {

  /** Name of the check. */
  public static final String NAME = "Bulwark realms";

  private static final Logger LOG = Logger.getLogger(SwitchedRealmsHealthCheck.class);
  private static final Duration MAX_AGE = Duration.ofSeconds(10);
  private static final Duration DATABASE_TIME = Duration.ofSeconds(30);

  private static volatile @Nullable KeycloakSessionFactory server;

  private final AtomicBoolean counting = new AtomicBoolean();
  private volatile @Nullable SwitchedRealms counted;
  private volatile long nextCount = System.nanoTime();

  /**
   * Has the realms of a server counted from now on: Quarkus makes the check, and knows no factory.
   *
   * @param factory null when the server stops
   */
  public static void watch(@Nullable KeycloakSessionFactory factory) {
    server = factory;
  }

  @Override
  public HealthCheckResponse call() {
    KeycloakSessionFactory factory = server;
    if (factory != null
        && System.nanoTime() - nextCount >= 0
        && counting.compareAndSet(false, true)) {
      start(factory);
    }
    HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME).up();
    SwitchedRealms realms = counted;
    return realms == null
        ? response.withData("status", "not counted yet").build()
        : response
            .withData("revocation", realms.revocation())
            .withData("apiKeys", realms.apiKeys())
            .withData("loginLimits", realms.loginLimits())
            .build();
  }

  private void start(KeycloakSessionFactory factory) {
    try (KeycloakSession session = factory.create()) {
      session
          .getProvider(ExecutorsProvider.class)
          .getExecutor("bulwark-realms")
          .execute(() -> count(factory));
    } catch (RuntimeException e) {
      counting.set(false);
      throw e;
    }
  }

  private void count(KeycloakSessionFactory factory) {
    try {
      counted =
          BackgroundTransaction.call(
              factory,
              DATABASE_TIME,
              session ->
                  SwitchedRealms.count(
                      session.getProvider(JpaConnectionProvider.class).getEntityManager()));
    } catch (RuntimeException e) {
      counted = null;
      LOG.warn("The realms that have parts of the bundle on could not be counted", e);
    } finally {
      nextCount = System.nanoTime() + MAX_AGE.toNanos();
      counting.set(false);
    }
  }
}
