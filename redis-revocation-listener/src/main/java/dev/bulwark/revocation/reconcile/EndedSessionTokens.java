package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TokenTable;
import dev.bulwark.revocation.rules.EndedSession;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.Suspect;
import dev.bulwark.revocation.sql.Chunks;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tokens of sessions that seem to have ended. Not thread-safe. */
final class EndedSessionTokens {

  private static final int PAGE = 5_000;

  private final LedgerDatabase database;
  private final Settlement settlement;

  EndedSessionTokens(LedgerDatabase database, Settlement settlement) {
    this.database = database;
    this.settlement = settlement;
  }

  /**
   * Revokes those that are dead; returns how many of the others there are.
   *
   * @param now seconds since 1970
   */
  int settle(List<EndedSession> sessions, long now) throws SQLException {
    Map<String, List<EndedSession>> ended = new LinkedHashMap<>();
    for (EndedSession session : sessions) {
      ended.computeIfAbsent(session.id(), id -> new ArrayList<>()).add(session);
    }
    int alive = 0;
    for (List<String> ids : Chunks.of(List.copyOf(ended.keySet()), TokenTable.SESSIONS)) {
      alive += settle(ids, ended, now);
    }
    return alive;
  }

  private int settle(List<String> ids, Map<String, List<EndedSession>> ended, long now)
      throws SQLException {
    int alive = 0;
    String last = "";
    List<LedgerToken> page;
    do {
      String after = last;
      page = database.call(c -> database.tokens().ofSessions(c, ids, after, now, PAGE));
      alive += settlement.settle(suspects(page, ended));
      last = page.isEmpty() ? "" : page.get(page.size() - 1).jti();
    } while (page.size() == PAGE);
    return alive;
  }

  private static List<Suspect> suspects(
      List<LedgerToken> tokens, Map<String, List<EndedSession>> ended) {
    List<Suspect> suspects = new ArrayList<>();
    for (LedgerToken token : tokens) {
      ended.getOrDefault(token.sessionId(), List.of()).stream()
          .filter(session -> session.concerns(token))
          .findFirst()
          .ifPresent(session -> suspects.add(new Suspect(token, session.cause())));
    }
    return suspects;
  }
}
