package dev.bulwark.status;

import java.util.Comparator;
import java.util.List;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/**
 * A provider factory that says how its part of the bundle is. All of a server are found by their
 * type, so that no list of them has to be kept. Thread-safe.
 */
public interface ReportsPart {

  /**
   * Reports what users of a realm see of the part now. A page asks every few seconds, so this reads
   * what is in memory, or a few rows by an index; a dependency that does not answer is a report,
   * and no exception.
   */
  PartReport report(KeycloakSession session, RealmModel realm);

  /** Finds those of a server, each once, in an order that does not change. */
  static List<ReportsPart> all(KeycloakSessionFactory server) {
    return server.getSpis().stream()
        .flatMap(spi -> server.getProviderFactoriesStream(spi.getProviderClass()))
        .filter(ReportsPart.class::isInstance)
        .map(ReportsPart.class::cast)
        .distinct()
        .sorted(Comparator.comparing(part -> part.getClass().getName()))
        .toList();
  }
}
