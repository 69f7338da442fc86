package dev.bulwark.revocation;

import dev.bulwark.contract.Revocation;
import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.redis.RedisConnection;
import dev.bulwark.revocation.ledger.Lease;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.reconcile.RealmVerifier;
import dev.bulwark.revocation.reconcile.Reconciler;
import dev.bulwark.revocation.reconcile.SecondNet;
import dev.bulwark.revocation.search.Confirmer;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.search.Expansions;
import dev.bulwark.revocation.sessions.EndedSessionEviction;
import dev.bulwark.revocation.verify.BisectingOracle;
import dev.bulwark.revocation.verify.TokenOracle;
import dev.bulwark.revocation.worker.BackgroundWork;
import dev.bulwark.revocation.worker.Completeness;
import dev.bulwark.revocation.worker.LedgerClock;
import dev.bulwark.revocation.worker.PendingEndings;
import dev.bulwark.revocation.worker.PeriodicTask;
import dev.bulwark.revocation.worker.Refresher;
import dev.bulwark.revocation.worker.SwitchedRealms;
import dev.bulwark.revocation.writer.LedgerWriter;
import dev.bulwark.revocation.writer.ServiceRows;
import dev.bulwark.trace.Spans;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * The running parts of the revocation and their threads. Made when the server has started, closed
 * with it. Thread-safe.
 */
final class RevocationService implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(RevocationService.class);
  private static final Duration SECOND_NET = Duration.ofSeconds(30);
  private static final Duration EVICTION = Duration.ofMillis(500);

  private final LedgerDatabase database;
  private final SwitchedRealms realms;
  private final LedgerWriter ledger;
  private final Issuance issuance;
  private final EndingLedger endings;
  private final Completeness completeness;
  private final BackgroundWork work;
  private final RevocationMetrics metrics;
  private final Pools pools = new Pools();
  private final Confirmer confirmer;
  private final Clock own;
  private final LedgerClock clock;
  private final Reconciler reconciler;
  private final PeriodicTask workRounds;
  private final PeriodicTask keeperRounds;
  private final SecondNet secondNet;
  private final EndedSessionEviction eviction;

  /** What looks for deaths that nothing told of. */
  private final List<PeriodicTask> searches;

  private final RevocationReport report;
  private final boolean changesAreSeen;
  private final AtomicBoolean closed = new AtomicBoolean();

  RevocationService(
      RevocationConfig config,
      LedgerDatabase database,
      SwitchedRealms realms,
      RedisConnection redis,
      TokenOracle oracle,
      Confirmer.Sessionless sessionless,
      boolean sessionsInDatabase,
      boolean changesAreSeen,
      EndedSessionEviction eviction,
      String addresses,
      RevocationObserver observer,
      RevocationMetrics metrics,
      Spans spans,
      Clock own) {
    this.own = own;
    this.changesAreSeen = changesAreSeen;
    this.clock = new LedgerClock(own);
    this.eviction = eviction;
    this.database = database;
    this.realms = realms;
    this.metrics = metrics;
    this.ledger =
        new LedgerWriter(database, metrics, clock, config.ledgerTimeout(), () -> compareSoon());
    RevocationPusher pusher = new RevocationPusher(redis, clock, config.expiryGrace(), spans);
    this.report = new RevocationReport(database, redis, clock);
    MissedPushes missed = new MissedPushes(redis);
    Revoker revoker = new Revoker(database, redis, pusher, missed, metrics, observer, clock);
    BisectingOracle patient = new BisectingOracle(oracle, metrics, clock);
    EndingApplier expander =
        new EndingApplier(database, patient, revoker, sessionsInDatabase, clock);
    this.completeness =
        new Completeness(
            new Lease(database, "worker", BackgroundWork.LEASE_TIME),
            redis,
            missed,
            metrics,
            clock,
            config.completeLife());
    this.work =
        new BackgroundWork(
            database,
            new PendingEndings(
                database,
                expander::expand,
                expander::expandSet,
                ledger::isSettled,
                metrics,
                System::nanoTime),
            pusher,
            completeness,
            realms,
            new Refresher(database, pusher, metrics, clock, config.refreshInterval()),
            observer,
            metrics);
    // What a request waits for belongs to its trace.
    Expansions expansions =
        new Expansions(expander, spans.carrying(pools.expand()), spans.carrying(pools.mass()));
    this.endings =
        new EndingLedger(
            config,
            database,
            redis,
            sessionsInDatabase,
            addresses,
            ledger,
            pools,
            expansions,
            missed,
            metrics,
            clock);
    this.issuance =
        new Issuance(ledger, database, pools, expander, expansions, () -> compareSoon(), clock);
    this.confirmer =
        new Confirmer(
            database,
            redis,
            ledger::isSettled,
            sessionless,
            expander,
            pusher,
            clock,
            spans.carrying(pools.confirm()));
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
    this.workRounds = new PeriodicTask("bulwark-revocation-worker", config.interval(), this::work);
    this.keeperRounds =
        new PeriodicTask("bulwark-revocation-keeper", config.keeperInterval(), work::keep);
    this.searches =
        List.of(
            new PeriodicTask(
                "bulwark-revocation-reconciler", config.reconcileInterval(), reconciler::round),
            new PeriodicTask("bulwark-revocation-second-net", SECOND_NET, secondNet::round),
            new PeriodicTask("bulwark-revocation-evict", EVICTION, eviction::round));
  }

  void start() {
    workRounds.start();
    keeperRounds.start();
    searches.forEach(PeriodicTask::start);
  }

  private void work() throws Exception {
    long before = own.millis();
    clock.compare(database.now(), before);
    attempt(
        ledger::guard,
        "Ledger rows that a failover may have lost could not be written. The write is repeated");
    attempt(
        endings::recordLate,
        "Users that may have lost the role offline_access during a login could not be looked for."
            + " The search is repeated");
    attempt(realms::refresh, "The realms could not be read. The read is repeated");
    metrics.switchedOn(realms.count());
    work.round();
  }

  private static void attempt(PeriodicTask.Round part, String failure) {
    try {
      part.run();
    } catch (Exception e) {
      LOG.warn(failure, e);
    }
  }

  /** Whether the tokens of a service may share a row: {@link ServiceRows} says on what it leans. */
  boolean canShareRows() {
    return changesAreSeen;
  }

  /** An ending could not be written down: the whole ledger has to be compared. Never throws. */
  void compareSoon() {
    reconciler.compareSoon();
  }

  /** The realms that have switched revocation on. */
  SwitchedRealms realms() {
    return realms;
  }

  /** Whether revocation has to care for a realm; see {@link SwitchedRealms#mayBeOn}. */
  boolean caresFor(RealmModel realm) {
    return realms.mayBeOn(realm.getId()) || isWanted(realm);
  }

  /** Whether a realm is to be on: Keycloak's cache knows it before the copy does. */
  boolean isWanted(RealmModel realm) {
    return realms.isWanted(RealmSwitches.listsRevocation(realm));
  }

  /**
   * A realm that is on and whose making is committed. Never throws.
   *
   * @param since when it was made, milliseconds since 1970
   */
  void introduce(String id, String name, long since) {
    realms.add(id, name, since);
    completeness.introduce(name, since);
  }

  /** Sessions whose end is committed. Never throws. */
  void ended(Collection<EndedSessionEviction.Ended> sessions) {
    eviction.ended(sessions);
  }

  /** Where endings are written and applied. */
  EndingLedger endings() {
    return endings;
  }

  /** The way of issued tokens into the ledger. */
  Issuance issuance() {
    return issuance;
  }

  RevocationReport report() {
    return report;
  }

  RevocationMetrics metrics() {
    return metrics;
  }

  /** See {@link Revocation}. */
  boolean confirm(String realmId, String userId, Duration limit) {
    return confirmer.confirm(realmId, userId, limit);
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
    last.join(Pools.TIMEOUT.toMillis());
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    searches.forEach(PeriodicTask::close);
    try {
      pools.end();
      workRounds.close();
      keeperRounds.close();
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
