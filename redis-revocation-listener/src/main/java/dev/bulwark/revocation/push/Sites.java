package dev.bulwark.revocation.push;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.PushState;
import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The sites of the installation, each with a Redis of its own, and this node's place among them. A
 * token that this node revokes gets a row for every site, and each site's leading node pushes what
 * its Redis lacks. Thread-safe.
 */
public final class Sites {

  /** A site that no node has been seen of for so long gets no rows any more. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private static final Duration BETWEEN_SIGHTS = Duration.ofMinutes(1);

  /**
   * For so long after a site was first seen, other nodes may not know of it yet: their rounds are
   * 10 s apart at most. The periodic refresh covers a node that takes longer.
   */
  private static final Duration NEW = Duration.ofMinutes(2);

  private static final int FILL_PAGE = 10_000;

  private final LedgerDatabase database;
  private final Clock clock;
  private final String own;
  private final RevocationObserver observer;
  private final PushState state;
  private volatile Set<String> others = Set.of();
  private volatile long newUntil;

  /**
   * Of a node.
   *
   * @param own name of the node's site; empty where there is one Redis only
   * @param observer learns what is revoked
   */
  public Sites(LedgerDatabase database, Clock clock, String own, RevocationObserver observer) {
    this.database = database;
    this.clock = clock;
    this.own = own;
    this.observer = observer;
    this.state = database.pushState(own);
  }

  /** Returns a name of a lease that each site has for itself. */
  public String lease(String name) {
    return own.isEmpty() ? name : name + ":" + own;
  }

  /** Returns what the Redis of this node's site holds. */
  public PushState state() {
    return state;
  }

  /**
   * Writes down revoked tokens. The observer and the rows of the sites come first: a token is found
   * again by the ending that ended it as long as {@link RevokedTable} does not have it.
   *
   * @param pushed by the epoch of this site's Redis in which they have been pushed
   * @param rest those that have not
   */
  void insert(
      Connection connection,
      Map<String, List<RevokedToken>> pushed,
      Collection<RevokedToken> rest,
      String cause)
      throws SQLException {
    long now = clock.millis();
    observer.revoking(
        connection,
        Stream.concat(pushed.values().stream().flatMap(List::stream), rest.stream())
            .map(RevokedToken::jti)
            .toList());
    for (String other : others) {
      for (List<RevokedToken> tokens : pushed.values()) {
        database.sites().insert(connection, other, tokens, RevokedTable.NOT_PUSHED, now);
      }
      database.sites().insert(connection, other, rest, RevokedTable.NOT_PUSHED, now);
    }
    for (Map.Entry<String, List<RevokedToken>> epoch : pushed.entrySet()) {
      if (!own.isEmpty()) {
        database.sites().insert(connection, own, epoch.getValue(), epoch.getKey(), now);
      }
      database
          .revoked()
          .insert(
              connection,
              epoch.getValue(),
              own.isEmpty() ? epoch.getKey() : RevokedTable.NOT_PUSHED,
              cause,
              now);
    }
    if (!own.isEmpty()) {
      database.sites().insert(connection, own, rest, RevokedTable.NOT_PUSHED, now);
    }
    database.revoked().insert(connection, rest, RevokedTable.NOT_PUSHED, cause, now);
  }

  /** Learns of the other sites, and lets them know of this one. Called by every node in turn. */
  public void look() throws SQLException {
    long now = clock.millis();
    Map<String, Long> seen = database.call(c -> database.sites().seen(c));
    others =
        seen.entrySet().stream()
            .filter(site -> !site.getKey().equals(own))
            .filter(site -> now - site.getValue() < ABANDONED.toMillis())
            .map(Map.Entry::getKey)
            .collect(Collectors.toUnmodifiableSet());
    if (own.isEmpty()) {
      return;
    }
    Long last = seen.get(own);
    if (last == null || now - last >= ABANDONED.dividedBy(2).toMillis()) {
      newUntil = now + NEW.toMillis();
    }
    if (last == null || now - last >= BETWEEN_SIGHTS.toMillis()) {
      database.run(c -> database.sites().see(c, own, now));
    }
  }

  /** Gives a new site the rows of what was revoked before the others knew of it. */
  public void fill() throws SQLException {
    long now = clock.millis();
    if (own.isEmpty() || now >= newUntil) {
      return;
    }
    List<RevokedToken> page;
    do {
      page =
          database.call(
              c -> database.sites().missing(c, own, Math.floorDiv(now, 1000L), FILL_PAGE));
      List<RevokedToken> missing = page;
      database.run(c -> database.sites().insert(c, own, missing, RevokedTable.NOT_PUSHED, now));
    } while (page.size() == FILL_PAGE);
  }
}
