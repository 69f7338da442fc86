package dev.bulwark.password.stored;

import jakarta.persistence.EntityManager;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;

/** The counts of the last {@value #RETENTION_DAYS} days in the database. */
final class PasswordDays {

  /** Days, today included. */
  static final int RETENTION_DAYS = 90;

  private final EntityManager entities;

  PasswordDays(KeycloakSession session) {
    this.entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
  }

  /** Whether any realm has a count of that day. */
  boolean has(LocalDate day) {
    return entities
            .createNamedQuery("bulwarkPasswordDayExists", Long.class)
            .setParameter("day", day.toEpochDay())
            .getSingleResult()
        > 0;
  }

  /**
   * Adds the counts of a day and deletes those that are too old.
   *
   * @param counts by the id of the realm
   */
  void add(LocalDate day, Map<String, StoredHashCount> counts) {
    counts.forEach((realmId, count) -> entities.persist(new PasswordDay(realmId, day, count)));
    entities
        .createNamedQuery("bulwarkPasswordDayDelete")
        .setParameter("from", oldest(day).toEpochDay())
        .executeUpdate();
  }

  /** Returns the counts of a realm before today, the oldest first; a day may be missing. */
  List<PasswordDay> before(LocalDate today, String realmId) {
    return entities
        .createNamedQuery("bulwarkPasswordDayOfRealm", PasswordDay.class)
        .setParameter("realm", realmId)
        .setParameter("from", oldest(today).toEpochDay())
        .setParameter("until", today.toEpochDay())
        .getResultList();
  }

  private static LocalDate oldest(LocalDate today) {
    return today.minusDays(RETENTION_DAYS - 1);
  }
}
