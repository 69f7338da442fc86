package dev.bulwark.ratelimit.lockout;

import dev.bulwark.ratelimit.step.LoginStep;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtector;
import org.keycloak.services.managers.DefaultBruteForceProtectorFactory;

/** Takes the place of Keycloak's brute-force detection, by its id. */
public final class StrangersLockoutFactory extends DefaultBruteForceProtectorFactory {

  private @Nullable BruteForceProtector concurrent;

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    super.postInit(factory);
    concurrent = new DefaultBruteForceProtector(factory);
  }

  @Override
  public BruteForceProtector create(KeycloakSession session) {
    return new StrangersLockout(
        session,
        super.create(session),
        Objects.requireNonNull(concurrent, "postInit() runs first"));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
