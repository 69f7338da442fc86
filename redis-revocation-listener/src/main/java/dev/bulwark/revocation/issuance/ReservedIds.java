package dev.bulwark.revocation.issuance;

import dev.bulwark.contract.StatusPlaces;
import dev.bulwark.contract.StatusPlaces.Range;
import dev.bulwark.contract.StatusReference;
import dev.bulwark.revocation.issuance.IdSupply.Wanted;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.writer.LedgerWriter;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of the option {@code ledger=behind}: a token gets an id from a block that the database
 * has reserved for this node. Its row follows some milliseconds after the response. A node with
 * {@code ledger=strict} gives out no such ids, but takes part in all else: it waits for the rows of
 * the other nodes, and they for its own where these are set aside.
 *
 * <p>What holds at any moment: a token that somebody may have is in the ledger, or its id is in a
 * block in the database. If the node is lost, the ids of its blocks that have no row are revoked
 * ({@link LostNodes}), so that no token is forgotten. Thread-safe.
 */
public final class ReservedIds {

  private static final Logger LOG = Logger.getLogger(ReservedIds.class);

  /** A request takes no longer, nor does a row; the token of one that does is revoked. */
  private static final Duration MAX_REQUEST_TIME = Duration.ofMinutes(10);

  /** About the time between two rounds. */
  private static final Duration ROUNDS = Duration.ofSeconds(1);

  /** So long at most a round reserves blocks, so that the node beats every few seconds. */
  private static final Duration RESERVING = Duration.ofSeconds(1);

  /** How often one line is written at most. */
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private final LedgerDatabase database;
  private final LedgerWriter ledger;
  private final NodeTable nodes;
  private final BlockTable blocks;
  private final Clock clock;
  private final StatusPlaces places;
  private final Deaths deaths;
  private final boolean reserving;
  private final LongSupplier nanos;
  private final NodeName name = new NodeName();
  private final NodePresence presence = new NodePresence(name);
  private final IdSupply supply;
  private final BeatWatch watch = new BeatWatch(ROUNDS);
  private final WriteBehind behind;
  private final Barrier barrier;
  private final RowsCheck rows;
  private final AtomicLong nextLog = new AtomicLong(System.nanoTime());
  private volatile Set<String> silent = Set.of();
  private volatile boolean others;

  /**
   * With its collaborators.
   *
   * @param deaths revokes the token of a request that never ends
   * @param places in status lists
   * @param reserving whether tokens get reserved ids here
   */
  public ReservedIds(
      LedgerDatabase database,
      LedgerWriter ledger,
      Clock clock,
      Deaths deaths,
      StatusPlaces places,
      boolean reserving) {
    this(database, ledger, clock, deaths, places, reserving, System::nanoTime);
  }

  /** With another clock in place of {@link System#nanoTime()} for the blocks. */
  ReservedIds(
      LedgerDatabase database,
      LedgerWriter ledger,
      Clock clock,
      Deaths deaths,
      StatusPlaces places,
      boolean reserving,
      LongSupplier nanos) {
    this.places = places;
    this.reserving = reserving;
    this.nanos = nanos;
    this.supply = new IdSupply(nanos);
    this.database = database;
    this.ledger = ledger;
    this.clock = clock;
    this.deaths = deaths;
    this.nodes = new NodeTable(database.dialect(), database.schema());
    this.blocks = new BlockTable(database.dialect(), database.schema());
    this.behind = new WriteBehind(database, nodes, ledger, presence, name, supply);
    this.barrier = new Barrier(database, nodes, name);
    this.rows = new RowsCheck(behind, barrier);
    ledger.observe(behind);
  }

  /** Starts the thread that writes. */
  public void start() {
    behind.start();
  }

  /**
   * Takes an id for a token. It is to be given to {@link #issued} at the end of the transaction.
   *
   * @param jti the id that the token has; what precedes its last colon is kept
   * @param expiresAt {@code exp} of the token, seconds since 1970
   * @return null if there is none now: then the row has to be written before the response
   */
  public @Nullable ReservedId take(String jti, long expiresAt) {
    return take(IdKind.plain(IdKind.prefixOf(jti)), expiresAt);
  }

  /**
   * Takes an id that ends with a place in a status list; else as {@link #take(String, long)}.
   *
   * @param realmId internal id of the realm of the list
   * @param windowEnd when all tokens of the list have expired, seconds since 1970
   */
  public @Nullable ReservedId takeListed(
      String jti, String realmId, long windowEnd, long expiresAt) {
    return take(new IdKind(IdKind.prefixOf(jti), realmId, windowEnd), expiresAt);
  }

  private @Nullable ReservedId take(IdKind kind, long expiresAt) {
    if (!reserving || !kind.canBeReserved() || !presence.begin()) {
      return null;
    }
    ReservedId id = supply.take(kind, expiresAt);
    if (id == null) {
      presence.end();
    }
    return id;
  }

  /** The transaction has ended; the response leaves. Does not wait. */
  public void issued(LedgerToken token, ReservedId id) {
    behind.offer(token, id);
  }

  /**
   * Returns when the rows of the tokens that have left this node are in the ledger.
   *
   * @return false if that takes too long; at once if rows are set aside
   */
  public boolean awaitOwn(Duration limit) throws InterruptedException {
    return behind.awaitWritten(limit);
  }

  /**
   * Returns when the rows of the tokens that have left any node are in the ledger. Not to be called
   * on the thread of a transaction.
   *
   * @return false if that takes too long, or cannot be known; at once if only nodes are missing
   *     that cannot write their rows at present
   */
  public boolean awaitAll(Duration limit) throws InterruptedException {
    boolean own = behind.awaitWritten(limit);
    if (!others) {
      return own;
    }
    try {
      return barrier.await(limit, silent) && own;
    } catch (SQLException e) {
      // Each logout asks, and the database may be away for minutes.
      long now = System.nanoTime();
      long due = nextLog.get();
      if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_INTERVAL.toNanos())) {
        LOG.warn(
            "Other nodes could not be asked whether their tokens are in the ledger. Those that they"
                + " issued just before a logout are revoked by a later look, within a minute",
            e);
      }
      return false;
    }
  }

  /**
   * Until when the rows of all tokens that had left any node are known to be in the ledger, silent
   * nodes included. Where that takes longer than a call may wait, the next one goes on. To be
   * called by one thread.
   *
   * @param limit how long to wait for it at most, for this node and again for the others
   * @return a {@link System#nanoTime()}; empty if it is not known yet
   */
  public OptionalLong writtenUntil(Duration limit) throws SQLException, InterruptedException {
    return rows.goOn(limit);
  }

  /**
   * Whether the rows of all tokens of a user that have left any node before this call are in the
   * ledger, and no node has left blocks whose tokens may lack their rows: what a silent node has
   * not written is known only when it is lost, and its ids are revoked.
   *
   * @param limit how long to wait for it at most, for this node and again for the others
   * @return false if that takes too long, or cannot be known
   */
  public boolean awaitEvery(String realmId, String userId, Duration limit)
      throws InterruptedException {
    try {
      return behind.awaitHandled(behind.offered(), limit)
          && !behind.lacks(realmId, userId)
          && barrier.confirm(limit)
          && !database.call(nodes::beats).containsValue(NodeTable.NO_BEAT);
    } catch (SQLException e) {
      LOG.debug("Other nodes could not be waited for", e);
      return false;
    }
  }

  /** One round, about every second: beats, looks at the others, reserves and gives back blocks. */
  public synchronized void round() throws SQLException {
    beat();
    look();
    try {
      reserve();
    } finally {
      // Where one kind can never be reserved, blocks that are settled go all the same.
      giveBack();
    }
  }

  private void beat() throws SQLException {
    long before = System.nanoTime();
    if (!database.call(connection -> nodes.beat(connection, name.get()))) {
      // Taken for lost, or the database lacks its last commits: the blocks may be gone too.
      presence.lost();
      supply.discard();
      database.run(connection -> nodes.register(connection, name.get()));
    }
    presence.beat(before);
  }

  private void look() throws SQLException {
    Map<String, Long> beats = database.call(nodes::beats);
    watch.look(beats, System.nanoTime());
    others = beats.keySet().stream().anyMatch(node -> !node.equals(name.get()));
    behind.others(others);
    silent = watch.silent(BeatWatch.SUSPECT_AFTER);
  }

  /**
   * Leaves to the next round what takes too long: a node that does not beat is taken for lost. What
   * fails comes after the others then.
   */
  private void reserve() throws SQLException {
    long end = nanos.getAsLong() + RESERVING.toNanos();
    long now = Math.floorDiv(clock.millis(), 1000L);
    Deque<Wanted> waiting = new ArrayDeque<>(supply.wanted(name.get(), now));
    try {
      while (!waiting.isEmpty() && nanos.getAsLong() - end < 0) {
        Wanted one = waiting.remove();
        try {
          reserve(one);
        } catch (SQLException | RuntimeException e) {
          supply.failed(one);
          waiting.removeIf(other -> other.kind().equals(one.kind()));
          throw e;
        }
      }
    } finally {
      supply.putOff(waiting);
    }
  }

  private void reserve(Wanted wanted) throws SQLException {
    IdKind kind = wanted.kind();
    String realmId = kind.realmId();
    if (realmId == null) {
      add(kind, wanted.reservation(), List.of());
    } else {
      reserveListed(kind, realmId, wanted.reservation());
    }
  }

  private void reserveListed(IdKind kind, String realmId, Reservation wanted) throws SQLException {
    Optional<Range> leased =
        database.call(c -> places.lease(c, realmId, kind.windowEnd(), wanted.size()));
    if (leased.isPresent()) {
      Range range = leased.get();
      add(kind, wanted.at(range), database.call(c -> places.of(c, range)));
    }
  }

  /** The row first: from its commit on the ids may be used. */
  private void add(IdKind kind, Reservation reservation, List<StatusReference> references)
      throws SQLException {
    IdBlock block = new IdBlock(reservation, references);
    database.run(connection -> blocks.insert(connection, reservation));
    supply.add(kind, block);
  }

  private void giveBack() throws SQLException {
    behind.forgetExpired(Math.floorDiv(clock.millis(), 1000L));
    List<ReservedId> stuck = supply.stuck(MAX_REQUEST_TIME);
    // Rows first: until the ids are given up, this node still counts them as lacking.
    if (!stuck.isEmpty() && ledger.forget(jtis(stuck))) {
      LOG.warnf(
          "%d tokens have no row in the ledger after %d minutes, because their "
              + "requests have not ended or the database rejects the rows. They are "
              + "revoked",
          stuck.size(), MAX_REQUEST_TIME.toMinutes());
      deaths.revoke(stuck.stream().map(ReservedIds::revoked).toList(), "STUCK");
      stuck.forEach(behind::giveUp);
    }
    List<IdBlock> spent = supply.spent();
    if (spent.isEmpty()) {
      return;
    }
    database.run(
        connection -> blocks.delete(connection, spent.stream().map(IdBlock::reservation).toList()));
    supply.forget(spent);
  }

  private static Set<String> jtis(List<ReservedId> ids) {
    return ids.stream().map(ReservedId::jti).collect(Collectors.toUnmodifiableSet());
  }

  private static RevokedToken revoked(ReservedId id) {
    return new RevokedToken(id.jti(), id.block().reservation().maxExpiresAt());
  }

  /** Whether a round is wanted before its time: blocks run short. */
  public boolean isShort() {
    return supply.isShort();
  }

  /** As {@link LedgerWriter.Observer#doubted}. */
  void doubted() {
    behind.doubted();
  }

  /** Writes what waits, and gives back the blocks that are settled. No more tokens are issued. */
  public void close() throws InterruptedException, SQLException {
    behind.close();
  }

  /**
   * Takes this node out, after {@link #close} and when what was set aside has been tried for the
   * last time. A block with an id that has no row stays, and the id is revoked by another node.
   */
  public synchronized void leave() throws SQLException {
    supply.discard();
    giveBack();
    database.run(connection -> nodes.remove(connection, name.get()));
  }
}
