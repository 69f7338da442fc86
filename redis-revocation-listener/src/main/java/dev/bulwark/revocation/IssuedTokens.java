package dev.bulwark.revocation;

import dev.bulwark.revocation.ledger.GroupCommit.Ticket;
import dev.bulwark.revocation.rules.LedgerToken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tokens of one request on their way to the ledger. Of one thread. */
final class IssuedTokens {

  private final RevocationService service;

  /** Those that others may write already. A response can be built twice: one row for one token. */
  private final Map<LedgerToken, Ticket<LedgerToken>> announced = new HashMap<>();

  private final List<LedgerToken> unsettled = new ArrayList<>();

  IssuedTokens(RevocationService service) {
    this.service = service;
  }

  /**
   * Adds a token.
   *
   * @param settled whether its row may be written before the transaction ends
   */
  void add(LedgerToken token, boolean settled) {
    if (settled) {
      announced.computeIfAbsent(token, service::announce);
    } else {
      unsettled.add(token);
    }
  }

  /** The transaction has been committed: returns when all rows are with the database. */
  void committed(boolean onThisThread) {
    for (LedgerToken token : unsettled) {
      announced.computeIfAbsent(token, service::announce);
    }
    service.issued(announced.values(), onThisThread);
  }

  /** No token leaves. */
  void rolledBack(boolean onThisThread) {
    service.notIssued(announced.values(), onThisThread);
  }
}
