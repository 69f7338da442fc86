package dev.bulwark.revocation;

import dev.bulwark.contract.ListedIds;
import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.contract.StatusPlaces;
import dev.bulwark.redis.RedisConnection;
import dev.bulwark.revocation.events.ModelEventEndings;
import dev.bulwark.revocation.issuance.LostNodes;
import dev.bulwark.revocation.issuance.ReservedId;
import dev.bulwark.revocation.issuance.ReservedIds;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.SessionTable;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Epochs;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.push.Sites;
import dev.bulwark.revocation.push.Watermark;
import dev.bulwark.revocation.reconcile.RealmVerifier;
import dev.bulwark.revocation.reconcile.Reconciler;
import dev.bulwark.revocation.reconcile.SecondNet;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LastSeen;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.search.Confirmer;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.search.Expansions;
import dev.bulwark.revocation.search.LaidCutOffs;
import dev.bulwark.revocation.sessions.EndedSessionEviction;
import dev.bulwark.revocation.verify.BisectingOracle;
import dev.bulwark.revocation.verify.TokenOracle;
import dev.bulwark.revocation.worker.BackgroundWork;
import dev.bulwark.revocation.worker.LedgerClock;
import dev.bulwark.revocation.worker.PeriodicTask;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import dev.bulwark.revocation.writer.LedgerWriter;
import dev.bulwark.trace.Spans;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventType;

/**
 * The running parts of the revocation and their threads. Made when the server has started, closed
 * with it. Thread-safe.
 */
final class RevocationService implements AutoCloseable, IssuedTokens.Ledger {

  private static final Logger LOG = Logger.getLogger(RevocationService.class);
  private static final int SHORT_THREADS = 4;
  private static final int MASS_THREADS = 2;
  private static final int CONFIRMING_THREADS = 2;
  private static final int MAX_QUEUED = 10_000;
  private static final Duration SECOND_NET = Duration.ofSeconds(30);
  private static final Duration EVICTION = Duration.ofMillis(500);
  private static final Duration IDS = Duration.ofSeconds(1);
  private static final Duration IDS_AT_ONCE = Duration.ofMillis(200);

  /** The background work asks again in its next round. */
  private static final Duration ROWS = Duration.ofMillis(500);

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final RevocationConfig config;
  private final RedisConnection redis;
  private final LedgerDatabase database;
  private final LedgerWriter ledger;

  private final ReservedIds ids;
  private final boolean sessionsInDatabase;
  private final PeriodicTask idRounds;
  private final AtomicLong nextWake = new AtomicLong(System.nanoTime());
  private final EndingApplier expander;
  private final BackgroundWork work;
  private final RevocationMetrics metrics;
  private final ExecutorService executor;
  private final ExecutorService massExecutor;
  private final ExecutorService confirmingExecutor;
  private final Expansions expansions;
  private final Confirmer confirmer;
  private final Clock own;
  private final LedgerClock clock;
  private final Reconciler reconciler;
  private final PeriodicTask workRounds;
  private final PeriodicTask keeperRounds;
  private final PeriodicTask reconcilerRounds;
  private final SecondNet secondNet;
  private final PeriodicTask secondNetRounds;
  private final EndedSessionEviction eviction;
  private final PeriodicTask evictionRounds;
  private final RevocationReport report;
  private final String addresses;
  private final LaidCutOffs cutOffs = new LaidCutOffs();
  private final AtomicBoolean closed = new AtomicBoolean();

  RevocationService(
      RevocationConfig config,
      LedgerDatabase database,
      long since,
      RedisConnection redis,
      TokenOracle oracle,
      boolean sessionsInDatabase,
      boolean changesAreSeen,
      EndedSessionEviction eviction,
      IntSupplier clusterSize,
      String addresses,
      RevocationObserver observer,
      StatusPlaces places,
      RevocationMetrics metrics,
      Spans spans,
      Clock own) {
    this.own = own;
    this.clock = new LedgerClock(own);
    this.config = config;
    this.addresses = addresses;
    this.eviction = eviction;
    this.evictionRounds = new PeriodicTask("bulwark-revocation-evict", EVICTION, eviction::round);
    this.redis = redis;
    this.database = database;
    this.metrics = metrics;
    this.ledger =
        new LedgerWriter(database, metrics, clock, config.ledgerTimeout(), () -> compareSoon());
    RevocationPusher pusher = new RevocationPusher(redis, clock, config.expiryGrace(), spans);
    Sites sites = new Sites(database, clock, config.site(), observer);
    this.report = new RevocationReport(database, redis, sites.state(), clock);
    MissedPushes missed = new MissedPushes(redis);
    Revoker revoker = new Revoker(database, redis, pusher, missed, metrics, sites);
    this.sessionsInDatabase = sessionsInDatabase;
    this.ids =
        new ReservedIds(
            database, ledger, clock, revoker::revoke, clusterSize, places, config.behind());
    this.idRounds = new PeriodicTask("bulwark-revocation-ids", IDS, ids::round);
    BisectingOracle patient = new BisectingOracle(oracle, metrics, clock);
    this.expander = new EndingApplier(database, patient, revoker, sessionsInDatabase, clock);
    this.work =
        new BackgroundWork(
            database,
            redis,
            sites,
            new LostNodes(database, places, revoker::revoke, metrics, clock, config.interval()),
            this::rowsWritten,
            expander,
            pusher,
            new Epochs(redis, metrics, clock),
            new Watermark(redis),
            missed,
            observer,
            metrics,
            clock,
            config.completeLife(),
            config.refreshInterval(),
            since);
    this.executor = pool("bulwark-revocation-expand", SHORT_THREADS);
    this.massExecutor = pool("bulwark-revocation-mass", MASS_THREADS);
    // What a request waits for belongs to its trace.
    this.expansions =
        new Expansions(expander, spans.carrying(executor), spans.carrying(massExecutor));
    this.confirmingExecutor = pool("bulwark-revocation-confirm", CONFIRMING_THREADS);
    this.confirmer =
        new Confirmer(
            database,
            redis,
            this::hasRows,
            expander,
            pusher,
            sites.state(),
            clock,
            spans.carrying(confirmingExecutor));
    this.reconciler =
        new Reconciler(
            database,
            database.suspectedTokens(sessionsInDatabase),
            patient,
            revoker,
            new RealmVerifier(database, expander::expandPage, clock),
            metrics,
            clock,
            config.reconcileInterval(),
            // Where nothing else tells of a death, every round compares.
            sessionsInDatabase && changesAreSeen ? config.comparisonInterval() : Duration.ZERO);
    this.secondNet = new SecondNet(database, expander, revoker, addresses, metrics, clock);
    this.secondNetRounds =
        new PeriodicTask("bulwark-revocation-second-net", SECOND_NET, secondNet::round);
    this.workRounds = new PeriodicTask("bulwark-revocation-worker", config.interval(), this::work);
    this.keeperRounds =
        new PeriodicTask("bulwark-revocation-keeper", config.keeperInterval(), work::keep);
    this.reconcilerRounds =
        new PeriodicTask(
            "bulwark-revocation-reconciler", config.reconcileInterval(), reconciler::round);
  }

  void start() {
    ids.start();
    idRounds.start();
    workRounds.start();
    keeperRounds.start();
    reconcilerRounds.start();
    secondNetRounds.start();
    evictionRounds.start();
  }

  private static ExecutorService pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_QUEUED),
            daemons(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private void work() throws Exception {
    long before = own.millis();
    clock.compare(database.now(), before);
    try {
      ledger.guard();
    } catch (Exception e) {
      LOG.warn(
          "Ledger rows that a failover may have lost could not be written. The "
              + "write is repeated",
          e);
    }
    try {
      ledger.retry();
    } catch (Exception e) {
      // A row that cannot be written must not keep what is revoked from Redis.
      LOG.warn(
          "Rows of issued tokens could not be written to the ledger. The write is repeated", e);
    }
    work.round();
  }

  /** An ending could not be written down: the whole ledger has to be compared. Never throws. */
  void compareSoon() {
    reconciler.compareSoon();
  }

  /** Sessions whose end is committed. Never throws. */
  void ended(Collection<EndedSessionEviction.Ended> sessions) {
    eviction.ended(sessions);
  }

  RevocationReport report() {
    return report;
  }

  RevocationMetrics metrics() {
    return metrics;
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
    String userId = ModelEventEndings.isAboutOfflineAccess(ending) ? ending.userId() : null;
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
   * Reserves an id for a token; null if its row has to be written before the response. To be given
   * to {@link #issued(LedgerToken, ReservedId)} at the end of the transaction.
   */
  @Nullable ReservedId reserve(LedgerToken token) {
    return supplied(ids.take(token.jti(), token.expiresAt()));
  }

  /** The same with a place in a status list, see {@link ListedIds}. */
  @Nullable ReservedId reserveListed(String jti, String realmId, long windowEnd, long expiresAt) {
    return supplied(ids.takeListed(jti, realmId, windowEnd, expiresAt));
  }

  /** Has blocks reserved soon where they run short. */
  private @Nullable ReservedId supplied(@Nullable ReservedId id) {
    if (ids.isShort()) {
      wakeIds();
    }
    return id;
  }

  /** Not for every token: while the database is away no round helps. */
  private void wakeIds() {
    long now = System.nanoTime();
    long due = nextWake.get();
    if (now - due >= 0 && nextWake.compareAndSet(due, now + IDS_AT_ONCE.toNanos())) {
      idRounds.wake();
    }
  }

  /** A token with a reserved id leaves. Does not wait. */
  @Override
  public void issued(LedgerToken token, ReservedId id) {
    ids.issued(token, id);
  }

  /** Waits until tokens that have left this node have their rows. Never throws. */
  private void awaitOwn() {
    try {
      ids.awaitOwn(config.ledgerTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until tokens that have left any node have their rows. Never throws. */
  private void awaitRows() {
    ledger.retrySoon();
    awaitAll();
  }

  private void awaitAll() {
    try {
      ids.awaitAll(config.ledgerTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("The rows of other nodes were not waited for", e);
    }
  }

  /** Until when tokens that have left any node have their rows. Never throws. */
  private OptionalLong rowsWritten() {
    try {
      return ids.writtenUntil(ROWS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException | RuntimeException e) {
      LOG.debug("Nodes could not be asked for the rows of their tokens", e);
    }
    return OptionalLong.empty();
  }

  /** Whether each token of a user that has left any node has its row in the ledger. */
  private boolean hasRows(String realmId, String userId, Duration limit)
      throws InterruptedException {
    Duration each = limit.compareTo(config.ledgerTimeout()) < 0 ? limit : config.ledgerTimeout();
    // Then all rows of this node are in or set aside, and those that are set aside are tried again.
    ids.awaitOwn(each);
    return ledger.hasAll(realmId, userId, each) && ids.awaitEvery(realmId, userId, each);
  }

  /** Those of the endings that concern a live token in the ledger that is not revoked yet. */
  List<Ending> known(List<Ending> endings) throws SQLException {
    if (endings.isEmpty()) {
      return endings;
    }
    awaitOwn();
    return await(executor.submit(() -> database.call(connection -> known(connection, endings))));
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
    await(
        executor.submit(
            () -> {
              database.run(connection -> database.endings().insert(connection, endings));
              return true;
            }));
  }

  /**
   * Lays committed endings over the ledger on another thread. Waits for it while Redis is there, so
   * that the keys are visible before the response. Never throws.
   */
  void expand(List<Ending> endings) {
    cutOffs.committed(endings);
    try {
      Future<?> expansion = expansions.start(endings, this::awaitRows);
      if (redis.isAvailable() && !config.pushWait().isZero()) {
        expansion.get(config.pushWait().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException | RejectedExecutionException e) {
      LOG.debugf("Revocations follow in the background: %s", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      LOG.error("Applying endings to the ledger failed and is repeated", e.getCause());
    }
  }

  /** See {@link dev.bulwark.contract.RevocationConfirmation}. */
  boolean confirm(String realmId, String userId, Duration limit) {
    return confirmer.confirm(realmId, userId, limit);
  }

  /** Says that a token is about to be issued; see {@link LedgerWriter#announce}. */
  @Override
  public Ticket<LedgerToken> announce(LedgerToken token) {
    return ledger.announce(token);
  }

  /**
   * Returns when issued tokens are in the ledger. Never throws.
   *
   * @param onThisThread false if a JTA transaction is on this thread
   */
  @Override
  public void issued(Collection<Ticket<LedgerToken>> tickets, boolean onThisThread) {
    try {
      complete(tickets, ledger::finish, onThisThread);
    } catch (SQLException | RejectedExecutionException e) {
      tickets.forEach(ticket -> ledger.postpone(ticket, e));
    }
  }

  @Override
  public void doubt(Collection<LedgerToken> tokens) {
    Endings endings = new Endings("ROLLED_BACK", clock.millis());
    List<Ending> sessions = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (LedgerToken token : tokens) {
      String sessionId = token.sessionId();
      if (sessionId != null && known.add(sessionId)) {
        sessions.add(endings.session(token.realmId(), sessionId));
      }
    }
    if (sessions.isEmpty()) {
      return;
    }
    try {
      executor.execute(() -> doubtSessions(sessions));
    } catch (RejectedExecutionException e) {
      compareSoon();
    }
  }

  private void doubtSessions(List<Ending> sessions) {
    try {
      database.run(connection -> database.endings().insert(connection, sessions));
      expansions.start(sessions, this::awaitRows);
    } catch (SQLException | RuntimeException e) {
      LOG.warn(
          "A transaction that issued tokens was rolled back, and the state of its "
              + "tokens is unknown. The whole ledger is compared",
          e);
      compareSoon();
    }
  }

  private void complete(
      Collection<Ticket<LedgerToken>> tickets,
      Consumer<Ticket<LedgerToken>> how,
      boolean onThisThread)
      throws SQLException {
    if (onThisThread || tickets.isEmpty()) {
      tickets.forEach(how);
      return;
    }
    await(
        executor.submit(
            () -> {
              tickets.forEach(how);
              return true;
            }));
  }

  private static <T> T await(Future<T> future) throws SQLException {
    try {
      return future.get(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new SQLException(e.getCause());
    } catch (TimeoutException e) {
      throw new SQLException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException(e);
    }
  }

  private static ThreadFactory daemons(String name) {
    return runnable -> {
      Thread thread = new Thread(runnable, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private static void end(ExecutorService executor) throws InterruptedException {
    executor.shutdown();
    if (!executor.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
      executor.shutdownNow();
    }
  }

  /** A lock in the database must not keep the server from stopping. */
  private void finishWork() throws InterruptedException {
    Thread last =
        new Thread(
            () -> {
              try {
                work.finish();
              } catch (SQLException | RuntimeException e) {
                // The database may be closed already; the lease runs out by itself.
                LOG.debug("The lease could not be given back", e);
              }
            },
            "bulwark-revocation-finish");
    last.setDaemon(true);
    last.start();
    last.join(CLOSING.toMillis());
  }

  /** What fails here keeps the lease and the watermark from nothing. */
  private void leave() {
    try {
      ids.leave();
    } catch (SQLException | RuntimeException e) {
      LOG.debug("This node could not be taken out; others take it for lost", e);
    }
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    reconcilerRounds.close();
    secondNetRounds.close();
    evictionRounds.close();
    try {
      end(executor);
      end(massExecutor);
      end(confirmingExecutor);
      workRounds.close();
      keeperRounds.close();
      // Tokens that have left the server must be in the ledger: nobody else knows of them.
      idRounds.close();
      ids.close();
      ledger.close();
      leave();
      finishWork();
      reconciler.release();
      secondNet.release();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException | RuntimeException e) {
      // The database may be closed already; the lease runs out by itself.
      LOG.debug("The lease could not be given back", e);
    }
    metrics.close();
  }
}
