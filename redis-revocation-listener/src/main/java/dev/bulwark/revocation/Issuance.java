package dev.bulwark.revocation;

import dev.bulwark.contract.ListedIds;
import dev.bulwark.revocation.issuance.ReservedId;
import dev.bulwark.revocation.issuance.ReservedIds;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.search.Expansions;
import dev.bulwark.revocation.worker.PeriodicTask;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import dev.bulwark.revocation.writer.LedgerWriter;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of issued tokens into the ledger: by a reserved id, or before the response. Thread-safe.
 */
final class Issuance implements IssuedTokens.Ledger {

  private static final Logger LOG = Logger.getLogger(Issuance.class);
  private static final Duration IDS_AT_ONCE = Duration.ofMillis(200);

  private final ReservedIds ids;
  private final PeriodicTask idRounds;
  private final LedgerWriter ledger;
  private final LedgerDatabase database;
  private final Pools pools;
  private final EndingApplier expander;
  private final Expansions expansions;
  private final WrittenRows rows;
  private final Runnable compareSoon;
  private final Clock clock;
  private final AtomicLong nextWake = new AtomicLong(System.nanoTime());

  /**
   * Makes the way.
   *
   * @param idRounds reserves blocks of ids
   * @param compareSoon has the whole ledger compared; never throws
   * @param clock the database's
   */
  Issuance(
      ReservedIds ids,
      PeriodicTask idRounds,
      LedgerWriter ledger,
      LedgerDatabase database,
      Pools pools,
      EndingApplier expander,
      Expansions expansions,
      WrittenRows rows,
      Runnable compareSoon,
      Clock clock) {
    this.ids = ids;
    this.idRounds = idRounds;
    this.ledger = ledger;
    this.database = database;
    this.pools = pools;
    this.expander = expander;
    this.expansions = expansions;
    this.rows = rows;
    this.compareSoon = compareSoon;
    this.clock = clock;
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
      pools.expand().execute(() -> doubtSessions(sessions));
    } catch (RejectedExecutionException e) {
      compareSoon.run();
    }
  }

  /** Their rows may not be written yet, so these are judged without the ledger. */
  @Override
  public void verify(Collection<LedgerToken> tokens) {
    List<LedgerToken> all = List.copyOf(tokens);
    try {
      pools.expand().execute(() -> verifyNow(all));
    } catch (RejectedExecutionException e) {
      compareSoon.run();
    }
  }

  private void verifyNow(List<LedgerToken> tokens) {
    try {
      if (expander.verify(tokens, "ISSUED_BEFORE_NOT_BEFORE") > 0) {
        compareSoon.run();
      }
    } catch (SQLException | RuntimeException e) {
      LOG.warn(
          "Keycloak could not be asked about tokens that were issued while a not-before lies ahead."
              + " The whole ledger is compared",
          e);
      compareSoon.run();
    }
  }

  private void doubtSessions(List<Ending> sessions) {
    try {
      database.run(connection -> database.endings().insert(connection, sessions));
      expansions.start(sessions, rows::awaitEach);
    } catch (SQLException | RuntimeException e) {
      LOG.warn(
          "A transaction that issued tokens was rolled back, and the state of its "
              + "tokens is unknown. The whole ledger is compared",
          e);
      compareSoon.run();
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
    Pools.await(
        pools
            .expand()
            .submit(
                () -> {
                  tickets.forEach(how);
                  return true;
                }));
  }
}
