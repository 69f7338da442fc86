package dev.bulwark.revocation;

import dev.bulwark.revocation.issuance.ReservedId;
import dev.bulwark.revocation.ledger.GroupCommit.Ticket;
import dev.bulwark.revocation.rules.LedgerToken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.keycloak.representations.AccessToken;

/** The tokens of one request on their way to the ledger. Of one thread. */
final class IssuedTokens {

  private final RevocationService service;

  /** Those that others may write already. A response can be built twice: one row for one token. */
  private final Map<LedgerToken, Ticket<LedgerToken>> announced = new HashMap<>();

  private final List<LedgerToken> unsettled = new ArrayList<>();

  /** Those whose rows follow the response, by the token itself. */
  private final Map<AccessToken, Reserved> reserved = new IdentityHashMap<>();

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

  /** Adds a token whose id is reserved. */
  void add(AccessToken token, LedgerToken row, ReservedId id) {
    reserved.put(token, new Reserved(row, id));
  }

  /** Whether the token was added with its reserved id: a response can be built twice. */
  boolean hasReserved(AccessToken token) {
    return reserved.containsKey(token);
  }

  /** The transaction has been committed: returns when all rows are with the database. */
  void committed(boolean onThisThread) {
    for (LedgerToken token : unsettled) {
      announced.computeIfAbsent(token, service::announce);
    }
    reserved.values().forEach(token -> service.issued(token.row, token.id));
    service.issued(announced.values(), onThisThread);
  }

  /** No token leaves. */
  void rolledBack(boolean onThisThread) {
    reserved.values().forEach(token -> service.notIssued(token.id));
    service.notIssued(announced.values(), onThisThread);
  }

  private record Reserved(LedgerToken row, ReservedId id) {}
}
