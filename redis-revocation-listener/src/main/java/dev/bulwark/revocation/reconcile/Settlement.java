package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.Suspect;
import dev.bulwark.revocation.verify.BisectingOracle;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Asks Keycloak about suspected tokens, revokes the dead ones, and takes the rows of revoked tokens
 * out of the ledger. Thread-safe if the oracle is.
 */
final class Settlement {

  private static final Logger LOG = Logger.getLogger(Settlement.class);

  private final LedgerDatabase database;
  private final BisectingOracle oracle;
  private final Revoker revoker;
  private final RevocationMetrics metrics;

  Settlement(
      LedgerDatabase database, BisectingOracle oracle, Revoker revoker, RevocationMetrics metrics) {
    this.database = database;
    this.oracle = oracle;
    this.revoker = revoker;
    this.metrics = metrics;
  }

  /** Returns how many of the tokens are alive, or could not be judged. */
  int settle(List<Suspect> suspects) throws SQLException {
    if (suspects.isEmpty()) {
      return 0;
    }
    Set<String> known =
        database.call(
            c -> database.revoked().among(c, suspects.stream().map(s -> s.token().jti()).toList()));
    List<LedgerToken> settled = new ArrayList<>();
    Map<LedgerToken, String> open = new LinkedHashMap<>();
    for (Suspect suspect : suspects) {
      if (known.contains(suspect.token().jti())) {
        settled.add(suspect.token());
      } else {
        open.put(suspect.token(), suspect.cause());
      }
    }
    BisectingOracle.Answer answer = oracle.ask(open.keySet());
    Set<LedgerToken> dead = answer.dead();
    metrics.acquitted(open.size() - dead.size() - answer.undecided());
    Map<String, List<RevokedToken>> byCause = new LinkedHashMap<>();
    for (LedgerToken token : dead) {
      List<RevokedToken> ended =
          byCause.computeIfAbsent(open.getOrDefault(token, ""), cause -> new ArrayList<>());
      token.revoked().forEach(ended::add);
    }
    for (Map.Entry<String, List<RevokedToken>> found : byCause.entrySet()) {
      LOG.debugf(
          "%d tokens had ended without an event: %s", found.getValue().size(), found.getKey());
      revoker.revoke(found.getValue(), "SILENT_" + found.getKey());
      metrics.reconciled(found.getValue().size(), found.getKey());
    }
    settled.addAll(dead);
    database.run(c -> database.tokens().delete(c, settled));
    return open.size() - dead.size();
  }
}
