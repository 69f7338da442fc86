package dev.bulwark.apikey.upkeep;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bulwark.apikey.store.StoredCredentials;
import dev.bulwark.apikey.store.StoredCredentials.Place;
import dev.bulwark.apikey.upkeep.IndexRepair.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Re-indexes the keys of a realm's users, a bounded number at a time, each page in a transaction of
 * its own. Running it again changes nothing.
 */
public final class IndexRun {

  private static final Logger LOG = Logger.getLogger(IndexRun.class);
  private static final int PAGE = 100;

  private final KeycloakSessionFactory factory;
  private final String realmId;
  private int scanned;
  private int added;
  private int corrected;
  private int removed;
  private final List<String> conflicts = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();

  public IndexRun(KeycloakSession session, String realmId) {
    this.factory = session.getKeycloakSessionFactory();
    this.realmId = realmId;
  }

  /**
   * What a run has done.
   *
   * @param scanned credentials and rows looked at
   * @param added credentials that had no row
   * @param corrected rows that said something else than their credential
   * @param removed rows without a credential
   * @param conflicts ids of credentials whose hash another key has
   * @param unreadable ids of credentials that are none of a key
   * @param next where to go on, null when all is done
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Report(
      int scanned,
      int added,
      int corrected,
      int removed,
      List<String> conflicts,
      List<String> unreadable,
      @Nullable String next) {}

  /**
   * Goes on from a cursor.
   *
   * @param max most credentials and rows to look at, 1 or more; may be passed by less than a page
   */
  public Report run(IndexCursor from, int max) {
    Optional<IndexCursor> cursor = Optional.of(from);
    while (cursor.isPresent() && scanned < max) {
      cursor = step(cursor.get());
    }
    return new Report(
        scanned,
        added,
        corrected,
        removed,
        List.copyOf(conflicts),
        List.copyOf(unreadable),
        cursor.map(IndexCursor::toString).orElse(null));
  }

  private Optional<IndexCursor> step(IndexCursor cursor) {
    if (cursor.phase() == IndexCursor.Phase.ORPHANS) {
      return orphans(cursor);
    }
    Place place = cursor.phase() == IndexCursor.Phase.LOCAL ? Place.LOCAL : Place.FEDERATED;
    List<StoredCredentials.Row> rows =
        KeycloakModelUtils.runJobInTransactionWithResult(
            factory,
            session -> new IndexRepair(session).page(place, realmId, cursor.after(), PAGE));
    scanned += rows.size();
    repair(rows);
    return rows.size() < PAGE
        ? cursor.next()
        : Optional.of(new IndexCursor(cursor.phase(), rows.get(rows.size() - 1).id()));
  }

  private Optional<IndexCursor> orphans(IndexCursor cursor) {
    IndexRepair.Orphans page =
        KeycloakModelUtils.runJobInTransactionWithResult(
            factory,
            session -> new IndexRepair(session).removeOrphans(realmId, cursor.after(), PAGE));
    scanned += page.seen();
    removed += page.removed();
    return page.last().isEmpty()
        ? cursor.next()
        : Optional.of(new IndexCursor(cursor.phase(), page.last()));
  }

  private void repair(List<StoredCredentials.Row> rows) {
    if (rows.isEmpty()) {
      return;
    }
    List<Outcome> outcomes;
    try {
      outcomes =
          KeycloakModelUtils.runJobInTransactionWithResult(
              factory,
              session -> {
                IndexRepair repair = new IndexRepair(session);
                return rows.stream().map(row -> repair.repair(realmId, row)).toList();
              });
    } catch (RuntimeException e) {
      if (rows.size() > 1) {
        // One of them ran into another change: alone, it stops no other.
        rows.forEach(row -> repair(List.of(row)));
        return;
      }
      LOG.warnf("API key %s could not be indexed: %s", rows.get(0).id(), e.getMessage());
      LOG.debug("An API key could not be indexed", e);
      outcomes = List.of(Outcome.CONFLICT);
    }
    for (int i = 0; i < rows.size(); i++) {
      count(rows.get(i).id(), outcomes.get(i));
    }
  }

  private void count(String id, Outcome outcome) {
    switch (outcome) {
      case RIGHT -> {}
      case ADDED -> added++;
      case CORRECTED -> corrected++;
      case CONFLICT -> conflicts.add(id);
      case UNREADABLE -> unreadable.add(id);
    }
  }
}
