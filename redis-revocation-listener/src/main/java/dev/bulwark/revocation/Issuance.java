package dev.bulwark.revocation;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.search.Expansions;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import dev.bulwark.revocation.writer.LedgerWriter;
import dev.bulwark.revocation.writer.ServiceRows;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Brings issued tokens into the ledger before their response leaves. Thread-safe. */
final class Issuance implements IssuedTokens.Ledger {

  private static final Logger LOG = Logger.getLogger(Issuance.class);

  private final LedgerWriter ledger;
  private final ServiceRows services;
  private final LedgerDatabase database;
  private final Pools pools;
  private final EndingApplier expander;
  private final Expansions expansions;
  private final Runnable compareSoon;
  private final Clock clock;

  /**
   * Creates the issuance of a node.
   *
   * @param compareSoon has the whole ledger compared; never throws
   * @param clock the database's
   */
  Issuance(
      LedgerWriter ledger,
      LedgerDatabase database,
      Pools pools,
      EndingApplier expander,
      Expansions expansions,
      Runnable compareSoon,
      Clock clock) {
    this.ledger = ledger;
    this.services = new ServiceRows(ledger::queueRow);
    this.database = database;
    this.pools = pools;
    this.expander = expander;
    this.expansions = expansions;
    this.compareSoon = compareSoon;
    this.clock = clock;
  }

  /** See {@link ServiceRows#take}. */
  ServiceRows.Place place(LedgerToken token) {
    return services.take(token);
  }

  /** A client, or its service account, has been read anew. */
  void leave(String clientId) {
    services.leave(clientId);
  }

  /** A realm has been read anew. */
  void leaveAll() {
    services.leaveAll();
  }

  @Override
  public Ticket<LedgerToken> queueRow(LedgerToken token) {
    return ledger.queueRow(token);
  }

  @Override
  public void awaitRows(Collection<Ticket<LedgerToken>> tickets, boolean onThisThread)
      throws Exception {
    if (onThisThread || tickets.isEmpty()) {
      await(tickets);
    } else {
      Pools.await(pools.expand().submit(() -> await(tickets)));
    }
  }

  private boolean await(Collection<Ticket<LedgerToken>> tickets) throws Exception {
    for (Ticket<LedgerToken> ticket : tickets) {
      ledger.awaitRow(ticket);
    }
    return true;
  }

  @Override
  public void verifyRolledBack(Collection<LedgerToken> tokens) {
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
      pools.expand().execute(() -> verifySessions(sessions));
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

  private void verifySessions(List<Ending> sessions) {
    try {
      database.run(connection -> database.endings().insert(connection, sessions));
      expansions.start(sessions);
    } catch (SQLException | RuntimeException e) {
      LOG.warn(
          "A transaction that issued tokens was rolled back, and the state of its "
              + "tokens is unknown. The whole ledger is compared",
          e);
      compareSoon.run();
    }
  }
}
