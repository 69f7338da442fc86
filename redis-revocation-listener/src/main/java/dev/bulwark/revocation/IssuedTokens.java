package dev.bulwark.revocation;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tokens of one request on their way to the ledger. Of one thread. */
final class IssuedTokens {

  private final Ledger ledger;

  /** Those that others may write already. A response can be built twice: one row for one token. */
  private final Map<LedgerToken, Ticket<LedgerToken>> queued = new HashMap<>();

  /** The ids that were given out of a row of several. */
  private final Set<String> placed = new HashSet<>();

  private final List<LedgerToken> unsettled = new ArrayList<>();

  /** Those that Keycloak may reject from their issue on. */
  private final Set<LedgerToken> doubtful = new LinkedHashSet<>();

  /** Where they go. */
  interface Ledger {

    /** Queues a row: from now on others may write it. */
    Ticket<LedgerToken> queueRow(LedgerToken token);

    /**
     * Returns when queued rows are in the ledger.
     *
     * @param onThisThread false if a JTA transaction is on this thread
     * @throws Exception if one of them is not: its token must not leave
     */
    void awaitRows(Collection<Ticket<LedgerToken>> tickets, boolean onThisThread) throws Exception;

    /**
     * What these tokens lean on may never have been stored: Keycloak has to be asked. Never throws.
     */
    void verifyRolledBack(Collection<LedgerToken> tokens);

    /**
     * Keycloak may reject these from their issue on: it has to be asked. Does not wait, and never
     * throws.
     */
    void verify(Collection<LedgerToken> tokens);
  }

  IssuedTokens(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Adds a token.
   *
   * @param settled whether its row may be written before the transaction ends
   */
  void add(LedgerToken token, boolean settled) {
    if (settled) {
      queued.computeIfAbsent(token, ledger::queueRow);
    } else {
      unsettled.add(token);
    }
  }

  /**
   * Adds a token to a row that stands for several.
   *
   * @param jti the id that the token has got
   */
  void add(String jti, Ticket<LedgerToken> ticket) {
    placed.add(jti);
    if (!ticket.isWritten()) {
      queued.put(ticket.row(), ticket);
    }
  }

  /** Whether a token has its place already: a response can be built twice. */
  boolean hasPlace(String jti) {
    return placed.contains(jti);
  }

  /** Has Keycloak asked about a token when the transaction is over. */
  void verify(LedgerToken token) {
    doubtful.add(token);
  }

  /**
   * The transaction has been committed: returns when all rows are with the database.
   *
   * @throws Exception if the response must not leave, since a row is not there
   */
  void committed(boolean onThisThread) throws Exception {
    for (LedgerToken token : unsettled) {
      queued.computeIfAbsent(token, ledger::queueRow);
    }
    ledger.awaitRows(queued.values(), onThisThread);
    if (!doubtful.isEmpty()) {
      ledger.verify(doubtful);
    }
  }

  /**
   * The transaction was rolled back. Keycloak answers with an error then, but not always: where it
   * has caught the exception that made the database roll back, the response with the token leaves
   * all the same (seen with two logins that import the same user of an LDAP). So the tokens get
   * their rows, and Keycloak is asked whether they are alive.
   *
   * @throws Exception if a row is not there
   */
  void rolledBack(boolean onThisThread) throws Exception {
    try {
      committed(onThisThread);
    } finally {
      if (!queued.isEmpty()) {
        ledger.verifyRolledBack(queued.keySet());
      }
    }
  }
}
