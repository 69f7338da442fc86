package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.SwitchTable.Realm;
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

  /** What the database has said at a time. */
  private record Copy(Map<String, Realm> realms, long readAt) {}

  /**
   * Reads them for the first time. Where the tables have never been used, no node has issued a
   * token of which the ledger does not know from now on: so all realms that are to be on are.
   */
  public void begin() throws SQLException {
    database.runInTransaction(
        connection -> {
          if (!database.switches().use(connection)) {
            long now = clock.millis();
            for (Realm realm : database.switches().realms(connection, everywhere)) {
              if (realm.isWanted()) {
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
    Map<String, Realm> realms = new HashMap<>();
    for (Realm realm : database.call(c -> database.switches().realms(c, everywhere))) {
      realms.put(realm.id(), realm);
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
    Realm realm = known.realms().get(realmId);
    // One that the copy does not have is newer.
    return realm == null || realm.isWanted() || realm.since() != null;
  }

  /**
   * Whether all tokens that are issued from now on are revoked in Redis when they end.
   *
   * @param lists whether the realm lists the event listener; counts where nothing else is known
   */
  public boolean isOn(String realmId, boolean lists) {
    Copy known = copy;
    Realm realm = known == null ? null : known.realms().get(realmId);
    return realm == null ? isWanted(lists) : realm.isOn(clock.millis());
  }

  /** The realms of the copy. */
  Collection<Realm> all() {
    Copy known = copy;
    return known == null ? List.of() : known.realms().values();
  }

  /** How many realms are on. */
  public long count() {
    long now = clock.millis();
    return all().stream().filter(realm -> realm.isOn(now)).count();
  }

  /** A realm was made and is on; its row is committed. */
  public synchronized void add(String id, String name, long since) {
    Copy known = copy;
    if (known != null) {
      Map<String, Realm> realms = new HashMap<>(known.realms());
      realms.put(id, new Realm(id, name, true, since));
      copy = new Copy(realms, known.readAt());
    }
  }

  /** Switches realms on that are to be. For the node that does the background work. */
  void switchOn() throws SQLException {
    List<Realm> missing =
        all().stream().filter(realm -> realm.isWanted() && realm.since() == null).toList();
    if (missing.isEmpty()) {
      return;
    }
    long since = clock.millis() + DELAY.toMillis();
    database.run(
        connection -> {
          for (Realm realm : missing) {
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
  void switchOff(Collection<Realm> told) throws SQLException {
    List<Realm> rest =
        told.stream().filter(realm -> !realm.isWanted() && realm.since() != null).toList();
    if (rest.isEmpty()) {
      return;
    }
    database.run(
        connection -> {
          for (Realm realm : rest) {
            database.switches().switchOff(connection, realm.id());
          }
        });
    read();
  }

  private boolean isOlder(Copy known, Duration age) {
    return nanoTime.getAsLong() - known.readAt() > age.toNanos();
  }
}
