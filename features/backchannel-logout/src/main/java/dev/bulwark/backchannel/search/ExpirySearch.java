package dev.bulwark.backchannel.search;

import dev.bulwark.backchannel.outbox.Cause;
import dev.bulwark.backchannel.outbox.LogoutOutbox;
import dev.bulwark.backchannel.outbox.RealmSwitch;
import dev.bulwark.delivery.DeliveryClock;
import dev.bulwark.factory.BackgroundTransaction;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.RealmExpiration;

/**
 * Stores notices for sessions that have expired, or are remembered where that is off now. Keycloak
 * removes these three minutes later at the earliest, and asks for no notice. The search reads the
 * sessions whose time has come since the last search, not all of them.
 *
 * <p>Not thread-safe, but for {@link #beforeRemoval}.
 */
public final class ExpirySearch {

  /** How far a search goes back behind the last one: clocks differ, and commits are late. */
  private static final long MARGIN_SECONDS = 60;

  /**
   * A session counts as expired so much later: of two requests that refresh it at once, Keycloak
   * writes one to the database, which can be a moment older.
   */
  private static final long LAG_SECONDS = 2;

  /** Delivered notices stay that long, so that an end that is noticed later makes no second one. */
  private static final long RETENTION_MILLIS = TimeUnit.MINUTES.toMillis(10);

  /** So many at most are deleted in one transaction. */
  private static final int MAX_REMOVED = 2_000;

  /** Keycloak rolls back a transaction that takes five minutes. */
  private static final Duration SEARCH_TIME = Duration.ofMinutes(6);

  private static final String NO_NOTICE =
      " and not exists (select n.id from LogoutNotice n where n.sessionId = cs.userSessionId"
          + " and n.clientId = cs.clientId and n.offline = cs.offline"
          + " and n.lastUsed >= cs.timestamp)";

  private final KeycloakSessionFactory factory;
  private final DeliveryClock clock;

  /** Up to when the sessions have been searched, seconds since 1970. */
  private Map<Part, Long> searched = new HashMap<>();

  /** Sessions that are searched together. */
  private record Part(String realmId, SessionKind kind, String column) {}

  /** Creates one for a server. */
  public ExpirySearch(KeycloakSessionFactory factory, DeliveryClock clock) {
    this.factory = factory;
    this.clock = clock;
  }

  /**
   * One search, on one node at a time. It deletes notices that nobody needs any more, too.
   *
   * @return how many notices were stored
   */
  public int run() {
    Map<Part, Long> next = new HashMap<>();
    int stored =
        BackgroundTransaction.call(
            factory,
            SEARCH_TIME,
            session -> {
              LogoutOutbox outbox = new LogoutOutbox(session);
              if (!outbox.lockSearch()) {
                return 0;
              }
              outbox.sweep(clock.databaseMillis() - RETENTION_MILLIS, MAX_REMOVED);
              outbox.sweepWithoutRealm(MAX_REMOVED);
              int found = 0;
              for (String id : outbox.realmsWith(RealmSwitch.ATTRIBUTE)) {
                @Nullable RealmModel realm = session.realms().getRealm(id);
                if (realm != null && RealmSwitch.isOn(realm)) {
                  found += search(outbox, realm, searched, next);
                }
              }
              return found;
            });
    // Of a node that does not search, nothing: it begins anew when it takes over.
    searched = next;
    return stored;
  }

  /** Keycloak is about to remove what has expired. What it removes has its notice then. */
  public void beforeRemoval(KeycloakSession session, RealmModel realm) {
    if (RealmSwitch.isOn(realm)) {
      KeycloakModelUtils.runJobInTransaction(
          session.getKeycloakSessionFactory(),
          own -> search(new LogoutOutbox(own), realm, Map.of(), new HashMap<>()));
    }
  }

  private int search(
      LogoutOutbox outbox, RealmModel realm, Map<Part, Long> searched, Map<Part, Long> next) {
    long now = Time.currentTime() - LAG_SECONDS;
    RealmExpiration expiration = RealmExpiration.fromRealm(realm);
    int found = 0;
    for (SessionKind kind : SessionKind.values()) {
      Part idle = new Part(realm.getId(), kind, "lastSessionRefresh");
      found += search(outbox, idle, kind.idleSince(realm, expiration, now), searched, next);
      Part old = new Part(realm.getId(), kind, "createdOn");
      found += search(outbox, old, kind.startedBy(expiration, now), searched, next);
    }
    return found;
  }

  private int search(
      LogoutOutbox outbox, Part part, long upTo, Map<Part, Long> searched, Map<Part, Long> next) {
    if (upTo == SessionKind.BEFORE_ANY) {
      return 0;
    }
    long after =
        Math.min(searched.getOrDefault(part, SessionKind.BEFORE_ANY), upTo) - MARGIN_SECONDS;
    next.put(part, upTo);
    long now = clock.millis();
    String expired =
        part.kind().condition()
            + " and us.%1$s > :after and us.%1$s <= :upTo".formatted(part.column());
    Map<String, Object> parameters =
        Map.of("realm", part.realmId(), "after", (int) after, "upTo", (int) upTo);
    return outbox.addAll(Cause.EXPIRED, expired + NO_NOTICE, parameters, now, now);
  }
}
