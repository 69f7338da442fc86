package dev.bulwark.revocation.issuance;

import dev.bulwark.contract.StatusPlaces;
import dev.bulwark.contract.StatusPlaces.Range;
import dev.bulwark.contract.StatusReference;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Revokes what a node may have issued without a row before it was lost: all ids of its blocks that
 * are not in the ledger. Most of them were never used; the few tokens among them end early, and
 * their clients refresh them. Not thread-safe.
 */
public final class LostNodes {

  /** Why their tokens are revoked. */
  public static final String CAUSE = "NODE_LOST";

  private static final Logger LOG = Logger.getLogger(LostNodes.class);

  private final LedgerDatabase database;
  private final NodeTable nodes;
  private final BlockTable blocks;
  private final StatusPlaces places;
  private final Deaths deaths;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final LongSupplier nanos;
  private final BeatWatch watch;

  /**
   * With its collaborators.
   *
   * @param interval time between two rounds, at most 10 s
   */
  public LostNodes(
      LedgerDatabase database,
      StatusPlaces places,
      Deaths deaths,
      RevocationMetrics metrics,
      Clock clock,
      Duration interval) {
    this(database, places, deaths, metrics, clock, interval, System::nanoTime);
  }

  /** With another clock in place of {@link System#nanoTime()}. */
  LostNodes(
      LedgerDatabase database,
      StatusPlaces places,
      Deaths deaths,
      RevocationMetrics metrics,
      Clock clock,
      Duration interval,
      LongSupplier nanos) {
    this.watch = new BeatWatch(interval);
    this.places = places;
    this.nanos = nanos;
    this.database = database;
    this.deaths = deaths;
    this.nodes = new NodeTable(database.dialect(), database.schema());
    this.blocks = new BlockTable(database.dialect(), database.schema());
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * One round.
   *
   * @return false if a node is not known to be alive, and so may have issued tokens without a row:
   *     what is revoked cannot be said to be complete then
   */
  public boolean round() throws SQLException {
    Map<String, Long> beats = database.call(nodes::beats);
    watch.look(beats, nanos.getAsLong());
    Set<String> lost = watch.silent(BeatWatch.LOST_AFTER);
    for (String node : lost) {
      long beat = beats.getOrDefault(node, NodeTable.NO_BEAT);
      // The row first: a node that finds it gone uses its blocks no more.
      if (beat == NodeTable.NO_BEAT
          || database.call(connection -> nodes.remove(connection, node, beat))) {
        revoke(node);
      }
    }
    // Idle ones too: a node whose database connections are used up cannot say that it is busy.
    return beats.keySet().stream().allMatch(node -> lost.contains(node) || watch.isAlive(node));
  }

  private void revoke(String node) throws SQLException {
    List<Reservation> left = database.call(connection -> blocks.of(connection, node));
    Map<Reservation, List<String>> ids = new LinkedHashMap<>();
    for (Reservation block : left) {
      ids.put(block, jtis(block));
    }
    // Of all blocks at once: each look reads the ledger.
    Set<String> known = known(ids);
    int revoked = 0;
    for (Map.Entry<Reservation, List<String>> block : ids.entrySet()) {
      revoked += revoke(block.getKey(), block.getValue(), known);
    }
    if (revoked > 0) {
      metrics.nodeLost(revoked);
      LOG.warnf(
          "A node has sent no sign of life for %d s. %d ids that it reserved and "
              + "that have no row in the ledger are revoked (%s). Clients must refresh "
              + "the tokens among them, at most those of its last moments.",
          BeatWatch.LOST_AFTER.toSeconds(), revoked, CAUSE);
    }
  }

  private Set<String> known(Map<Reservation, List<String>> ids) throws SQLException {
    List<String> all = ids.values().stream().flatMap(List::stream).toList();
    long now = Math.floorDiv(clock.millis(), 1000L);
    long last = ids.keySet().stream().mapToLong(Reservation::maxExpiresAt).max().orElse(now);
    Set<String> known =
        new HashSet<>(database.callOverRange(c -> database.tokens().among(c, all, now, last)));
    // A revoked token may have lost its row since: its key is not to live as long as the block.
    known.addAll(database.call(c -> database.revoked().among(c, all)));
    return known;
  }

  private int revoke(Reservation block, List<String> jtis, Set<String> known) throws SQLException {
    List<RevokedToken> dead =
        jtis.stream()
            .filter(jti -> !known.contains(jti))
            .map(jti -> new RevokedToken(jti, block.maxExpiresAt()))
            .toList();
    deaths.revoke(dead, CAUSE);
    // At last: whatever fails before is done again.
    database.run(connection -> blocks.delete(connection, List.of(block)));
    return dead.size();
  }

  /** None if the list of their places is gone, since all its tokens have expired. */
  private List<String> jtis(Reservation block) throws SQLException {
    Range range = block.places();
    if (range == null) {
      return block.jtis(List.of());
    }
    List<StatusReference> references = database.call(c -> places.of(c, range));
    return references.isEmpty() ? List.of() : block.jtis(references);
  }
}
