package dev.bulwark.status;

import dev.bulwark.contract.Revocation;
import dev.bulwark.factory.RealmSwitches;
import jakarta.persistence.EntityManager;
import org.keycloak.Config;

/**
 * How many realms of a server have each part on that a realm switches on, by the same facts as
 * {@link RealmSwitches}.
 *
 * @param revocation realms that list the event listener {@code redis-revocation}
 * @param apiKeys realms whose required action {@code create-api-key} is enabled
 * @param loginLimits realms with attribute {@code loginRateLimiter.enabled}
 */
public record SwitchedRealms(long revocation, long apiKeys, long loginLimits) {

  private static final String ALL = "select count(r) from RealmEntity r";
  private static final String LIMITS =
      "select count(a) from RealmAttributeEntity a where a.name = 'loginRateLimiter.enabled'"
          + " and a.value = ?1";

  /** Counts in the database: to ask the realms themselves would load them all. */
  public static SwitchedRealms count(EntityManager em) {
    return new SwitchedRealms(
        isEverywhere("events-listener", Revocation.LISTENER)
            ? one(em, ALL)
            : one(em, ALL + " where ?1 member of r.eventsListeners", Revocation.LISTENER),
        isEverywhere("api-key", "default")
            ? one(em, ALL)
            : one(
                em,
                "select count(a) from RequiredActionProviderEntity a"
                    + " where a.providerId = ?1 and a.enabled = true",
                RealmSwitches.API_KEYS),
        isEverywhere("login-rate-limiter", "default")
            ? one(em, ALL) - one(em, LIMITS, "false")
            : one(em, LIMITS, "true"));
  }

  private static boolean isEverywhere(String spi, String provider) {
    return Config.scope(spi, provider).getBoolean("everywhere", false);
  }

  private static long one(EntityManager em, String query, String... parameters) {
    var typed = em.createQuery(query, Long.class);
    for (int i = 0; i < parameters.length; i++) {
      typed.setParameter(i + 1, parameters[i]);
    }
    return typed.getSingleResult();
  }
}
