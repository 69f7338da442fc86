package dev.bulwark.password.stored;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;

/**
 * Counts in the database, in one pass over Keycloak's table {@code CREDENTIAL} and with one row as
 * its answer, or one for each realm. The algorithm is inside a JSON text, and every database has
 * its own functions for those; its quoted id is looked for instead, which works on all of them and
 * with any white space in the JSON.
 */
final class StoredHashQuery {

  /** Then the database is asked to give up. */
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private static final String TIMEOUT_HINT = "jakarta.persistence.query.timeout";

  private static final String COUNTS =
      "count(c), "
          + StoredHashCount.ALGORITHMS.stream()
              .map(id -> "count(case when c.credentialData like '%\"" + id + "\"%' then 1 end)")
              .collect(Collectors.joining(", "));

  private static final String PASSWORDS = " from CredentialEntity c where c.type = 'password'";

  private final EntityManager entities;

  StoredHashQuery(KeycloakSession session) {
    this.entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
  }

  /** Passwords of all realms. */
  StoredHashCount all() {
    return count(jpql(false), null);
  }

  /** Passwords of the realm of this id. */
  StoredHashCount ofRealm(String realmId) {
    return count(jpql(true), realmId);
  }

  /** Passwords of each realm that has any, by its id. */
  Map<String, StoredHashCount> byRealm() {
    Map<String, StoredHashCount> counts = new LinkedHashMap<>();
    query("select c.user.realmId, " + COUNTS + PASSWORDS + " group by c.user.realmId")
        .getResultList()
        .forEach(row -> counts.put((String) row[0], read(row, 1)));
    return counts;
  }

  private StoredHashCount count(String jpql, @Nullable String realmId) {
    TypedQuery<Object[]> query = query(jpql);
    if (realmId != null) {
      query.setParameter("realm", realmId);
    }
    return read(query.getSingleResult(), 0);
  }

  private TypedQuery<Object[]> query(String jpql) {
    return entities
        .createQuery(jpql, Object[].class)
        .setHint(TIMEOUT_HINT, Math.toIntExact(TIMEOUT.toMillis()));
  }

  private static StoredHashCount read(Object[] row, int from) {
    List<Long> counts =
        Arrays.stream(row).skip(from).map(count -> ((Number) count).longValue()).toList();
    return StoredHashCount.of(counts.get(0), counts.subList(1, counts.size()));
  }

  static String jpql(boolean ofOneRealm) {
    return "select " + COUNTS + PASSWORDS + (ofOneRealm ? " and c.user.realmId = :realm" : "");
  }
}
