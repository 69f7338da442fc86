package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.SwitchTable;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The realms that have switched revocation on. Every node has a copy of what the database says. A
 * realm that is switched on counts from a time at which every node knows it; tokens of before are
 * unknown to applications. One that is switched off is off when Redis says so. Thread-safe.
 */
public final class SwitchedRealms {

  /** Age of the copy from which on it is read again. */
  static final Duration MAX_AGE = Duration.ofSeconds(5);

  /** Age from which on the copy cannot tell that a realm is off. */
  static final Duration STALE = Duration.ofSeconds(20);

  /** Until then no copy is used that does not know the realm; clocks of nodes may differ. */
  static final Duration DELAY = Duration.ofSeconds(30);

  private final LedgerDatabase database;
  private final boolean everywhere;
  private final Clock clock;
  private final LongSupplier nanoTime;

  private volatile @Nullable Copy copy;

  /**
   * Nothing is known yet.
   *
   * @param everywhere whether revocation is on in every realm, listed or not
   * @param nanoTime see {@link System#nanoTime()}
   */
  public SwitchedRealms(
      LedgerDatabase database, boolean everywhere, Clock clock, LongSupplier nanoTime) {
    this.database = database;
    this.everywhere = everywhere;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /**
   * A realm.
   *
   * @param id internal id
   * @param isWanted whether it is to be on
   * @param since from when on all its tokens are in the ledger, milliseconds since 1970; null where
   *     it is off
   */
  public record State(String id, String name, boolean isWanted, @Nullable Long since) {

    /** Whether revocation can be relied on. */
    boolean isOn(long now) {
      return isWanted && since != null && since <= now;
    }
  }

  /** What the database has said at a time. */
  private record Copy(Map<String, State> realms, long readAt) {}

  /**
   * Reads them for the first time. Where the tables have never been used, no node has issued a
   * token of which the ledger does not know from now on: so all realms that are to be on are.
   */
  public void begin() throws SQLException {
    database.runInTransaction(
        connection -> {
          if (!database.switches().use(connection)) {
            long now = clock.millis();
            for (SwitchTable.Realm realm : database.switches().realms(connection)) {
              if (isWanted(realm.lists())) {
                database.switches().switchOn(connection, realm.id(), now);
              }
            }
          }
        });
    read();
  }

  /** Reads them again where the copy is too old. */
  public void refresh() throws SQLException {
    Copy known = copy;
    if (known == null || isOlder(known, MAX_AGE)) {
      read();
    }
  }

  private synchronized void read() throws SQLException {
    long readAt = nanoTime.getAsLong();
    Map<String, State> realms = new HashMap<>();
    List<SwitchTable.Realm> rows = database.call(database.switches()::realms);
    for (SwitchTable.Realm row : rows) {
      realms.put(row.id(), new State(row.id(), row.name(), isWanted(row.lists()), row.since()));
    }
    copy = new Copy(realms, readAt);
  }

  /** Whether a realm is to be on. */
  public boolean isWanted(boolean lists) {
    return everywhere || lists;
  }

  /**
   * Whether tokens of a realm have to be in the ledger, and endings found: where it is off
   * everywhere they need not. True where the copy cannot tell.
   */
  public boolean mayBeOn(String realmId) {
    Copy known = copy;
    if (known == null || isOlder(known, STALE)) {
      return true;
    }
    State state = known.realms().get(realmId);
    // One that the copy does not have is newer.
    return state == null || state.isWanted() || state.since() != null;
  }

  /**
   * Whether all tokens that are issued from now on are revoked in Redis when they end.
   *
   * @param lists whether the realm lists the event listener; counts where nothing else is known
   */
  public boolean isOn(String realmId, boolean lists) {
    Copy known = copy;
    State state = known == null ? null : known.realms().get(realmId);
    return state == null ? isWanted(lists) : state.isOn(clock.millis());
  }

  /** The realms of the copy. */
  Collection<State> all() {
    Copy known = copy;
    return known == null ? List.of() : known.realms().values();
  }

  /** How many realms are on. */
  public long count() {
    long now = clock.millis();
    return all().stream().filter(state -> state.isOn(now)).count();
  }

  /** A realm was made and is on; its row is committed. */
  public synchronized void add(String id, String name, long since) {
    Copy known = copy;
    if (known != null) {
      Map<String, State> realms = new HashMap<>(known.realms());
      realms.put(id, new State(id, name, true, since));
      copy = new Copy(realms, known.readAt());
    }
  }

  /** Switches realms on that are to be. For the node that does the background work. */
  void switchOn() throws SQLException {
    List<State> missing =
        all().stream().filter(state -> state.isWanted() && state.since() == null).toList();
    if (missing.isEmpty()) {
      return;
    }
    long since = clock.millis() + DELAY.toMillis();
    database.run(
        connection -> {
          for (State realm : missing) {
            database.switches().switchOn(connection, realm.id(), since);
          }
        });
    read();
  }

  /**
   * Switches realms off that are not to be on, when applications have been told.
   *
   * @param told what they have been told of
   */
  void switchOff(Collection<State> told) throws SQLException {
    List<State> rest =
        told.stream().filter(state -> !state.isWanted() && state.since() != null).toList();
    if (rest.isEmpty()) {
      return;
    }
    database.run(
        connection -> {
          for (State realm : rest) {
            database.switches().switchOff(connection, realm.id());
          }
        });
    read();
  }

  private boolean isOlder(Copy known, Duration age) {
    return nanoTime.getAsLong() - known.readAt() > age.toNanos();
  }
}
