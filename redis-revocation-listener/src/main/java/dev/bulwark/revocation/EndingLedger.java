package dev.bulwark.revocation;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.revocation.events.ModelEventEndings;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.SessionTable;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.LastSeen;
import dev.bulwark.revocation.rules.Target;
import dev.bulwark.revocation.search.Expansions;
import dev.bulwark.revocation.search.LaidCutOffs;
import dev.bulwark.revocation.writer.LedgerWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventType;

/** Writes endings, and lays them over the ledger of issued tokens. Thread-safe. */
final class EndingLedger {

  private static final Logger LOG = Logger.getLogger(EndingLedger.class);

  private final RevocationConfig config;
  private final LedgerDatabase database;
  private final RedisConnection redis;
  private final boolean sessionsInDatabase;
  private final String addresses;
  private final LedgerWriter ledger;
  private final Pools pools;
  private final Expansions expansions;
  private final MissedPushes missedPushes;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final LaidCutOffs cutOffs = new LaidCutOffs();
  private final OfflineAccessLosses losses;

  /**
   * Makes the writer.
   *
   * @param sessionsInDatabase whether Keycloak stores online sessions in the database
   * @param addresses what this node is configured to have as its addresses
   * @param clock the database's
   */
  EndingLedger(
      RevocationConfig config,
      LedgerDatabase database,
      RedisConnection redis,
      boolean sessionsInDatabase,
      String addresses,
      LedgerWriter ledger,
      Pools pools,
      Expansions expansions,
      MissedPushes missedPushes,
      RevocationMetrics metrics,
      Clock clock) {
    this.config = config;
    this.database = database;
    this.redis = redis;
    this.sessionsInDatabase = sessionsInDatabase;
    this.addresses = addresses;
    this.ledger = ledger;
    this.pools = pools;
    this.expansions = expansions;
    this.missedPushes = missedPushes;
    this.metrics = metrics;
    this.clock = clock;
    this.losses = new OfflineAccessLosses(database, System::nanoTime);
  }

  /**
   * Whether a realm has another address than when it was last seen; notes the new one. In the
   * transaction of the connection.
   */
  boolean isNewAddress(
      Connection connection, String realmId, String name, @Nullable String frontendUrl) {
    try {
      return database
          .lastSeen()
          .isNew(
              connection,
              LastSeen.Kind.REALM,
              realmId,
              LastSeen.realmState(name, frontendUrl, addresses));
    } catch (SQLException e) {
      LOG.warn("BULWARK_LAST_SEEN could not be read. Every token of the realm is verified", e);
      return true;
    }
  }

  /** Whether a client has another state than when it was last seen; as {@link #isNewAddress}. */
  boolean isNewClient(Connection connection, String clientId) {
    try {
      return database.lastSeen().isNewClient(connection, clientId);
    } catch (SQLException e) {
      LOG.warn("BULWARK_LAST_SEEN could not be read. Every token of the client is verified", e);
      return true;
    }
  }

  /** Whose a stored session is, asked in the transaction of the connection; empty if it is gone. */
  Optional<SessionTable.Owner> owner(Connection connection, String sessionId, boolean offline)
      throws SQLException {
    return database.sessions().owner(connection, sessionId, offline);
  }

  /** Milliseconds since 1970, by the database's clock. */
  long now() {
    return clock.millis();
  }

  /** The endings without those that repeat a not-before. */
  List<Ending> withoutRepeated(List<Ending> endings) {
    return cutOffs.without(endings);
  }

  /**
   * Writes endings in the transaction of the connection, which goes on if that fails.
   *
   * @throws SQLException if they could not be written
   */
  void record(Connection connection, List<Ending> endings) throws SQLException {
    try {
      database.endings().insertGuarded(connection, endings);
    } catch (SQLException e) {
      metrics.endingsFailed(endings.size());
      throw e;
    }
  }

  /**
   * Whether an ending can concern a live token, asked in the transaction of the connection. Two can
   * be told to concern none, and nearly all of them do: the end of a session that has expired, and
   * the loss of a role or a group by a user without an offline session.
   *
   * <p>The loss is judged by the session and not by its tokens: until the commit it may be
   * refreshed. Nobody is waited for here. The transaction may have locks, and on its thread no
   * other one can be committed.
   */
  boolean mayConcernTokens(Connection connection, Ending ending) {
    String realmId = ending.realmId();
    String sessionId =
        ending.cause().equals(EventType.USER_SESSION_DELETED.name()) ? ending.sessionId() : null;
    String userId =
        ending.target() instanceof Target.User user
                && ModelEventEndings.isAboutOfflineAccess(ending)
            ? user.userId()
            : null;
    if (realmId == null) {
      return true;
    }
    try {
      int seconds = (int) config.ledgerTimeout().toSeconds();
      if (userId != null && sessionsInDatabase) {
        return database.sessions().hasOffline(connection, userId, realmId, seconds);
      }
      if (sessionId != null) {
        // It has not been used lately, so that none of its tokens is on its way.
        long now = Math.floorDiv(clock.millis(), 1000L);
        return database.endings().hasLiveToken(connection, sessionId, realmId, seconds, now);
      }
      return true;
    } catch (SQLException e) {
      LOG.debug("The database was not asked about an expired session or a lost role", e);
      return true;
    }
  }

  /**
   * Has a committed ending looked at again that concerned no token: the loss of a role or a group
   * by a user without an offline session.
   */
  void lookAgain(Ending ending) {
    losses.add(ending);
  }

  /** Writes down those of {@link #lookAgain} that concern a token by now. */
  void recordLate() throws SQLException {
    losses.round();
  }

  /** Those of the endings that concern a live token in the ledger that is not revoked yet. */
  List<Ending> known(List<Ending> endings) throws SQLException {
    if (endings.isEmpty()) {
      return endings;
    }
    return Pools.await(
        pools.expand().submit(() -> database.call(connection -> known(connection, endings))));
  }

  private List<Ending> known(Connection connection, List<Ending> endings) throws SQLException {
    List<Ending> known = new ArrayList<>();
    for (Ending ending : endings) {
      if (database
          .tokens()
          .hasCandidate(connection, ending, Math.floorDiv(clock.millis(), 1000L))) {
        known.add(ending);
      }
    }
    return known;
  }

  /** Writes endings in a transaction of their own. */
  void record(List<Ending> endings) throws SQLException {
    Pools.await(
        pools
            .expand()
            .submit(
                () -> {
                  database.run(connection -> database.endings().insert(connection, endings));
                  return true;
                }));
  }

  /**
   * Lays committed endings over the ledger on another thread. Waits for it unless Redis is away, so
   * that the keys, or the bits of the status lists, are visible before the response. Never throws.
   *
   * @return whether Redis, or without it the ledger, has the ids of all tokens that the endings
   *     have ended; where a push of another request has failed meanwhile, that is not known
   */
  boolean expand(List<Ending> endings) {
    long missed = missedPushes.count();
    boolean applied = isApplied(endings) && missed == missedPushes.count();
    if (!applied) {
      metrics.answeredEarly();
    }
    return applied;
  }

  private boolean isApplied(List<Ending> endings) {
    cutOffs.committed(endings);
    try {
      Future<Boolean> expansion =
          expansions
              .start(endings)
              // Asked after the search: what a server lacks that has taken over, it has not found.
              .thenApplyAsync(applied -> applied && ledger.isSettled(), pools.expand());
      if (!redis.isAway() && !config.pushWait().isZero()) {
        return expansion.get(config.pushWait().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException | RejectedExecutionException e) {
      LOG.debugf("Revocations follow in the background: %s", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      LOG.error("Applying endings to the ledger failed and is repeated", e.getCause());
    }
    return false;
  }
}
