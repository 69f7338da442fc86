package dev.bulwark.revocation;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.SessionTable;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.Target;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Users without an offline session that have lost a role or a group. A login that is under way can
 * store the first one a moment later, and Keycloak rejects its token: the loss took {@code
 * offline_access}. So these users are looked for again among those with an offline session. One
 * statement looks for many of them: a directory can take a role from all its users.
 *
 * <p>They are in the memory of this node alone. Thread-safe.
 */
final class OfflineAccessLosses {

  /** Ages at which a user is looked for, milliseconds. The last ones are for stalls. */
  private static final long[] AGES = {1_000, 3_000, 6_000, 15_000, 60_000};

  /** With more of them, the oldest is forgotten. */
  static final int MAX = 50_000;

  private final LedgerDatabase database;
  private final LongSupplier nanos;

  /** In the order of their losses. */
  private final Map<SessionTable.Owner, Loss> losses = new LinkedHashMap<>();

  /**
   * With its collaborators.
   *
   * @param nanos {@link System#nanoTime()}
   */
  OfflineAccessLosses(LedgerDatabase database, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
  }

  /** Notes a committed loss. */
  void add(Ending ending) {
    if (ending.target() instanceof Target.User user) {
      add(new SessionTable.Owner(user.realmId(), user.userId()), ending);
    }
  }

  private synchronized void add(SessionTable.Owner user, Ending ending) {
    // Removed first: a later loss is the youngest.
    losses.remove(user);
    if (losses.size() == MAX) {
      losses.remove(losses.keySet().iterator().next());
    }
    losses.put(user, new Loss(ending, nanos.getAsLong()));
  }

  /**
   * Looks for those that are due, and writes an ending of each that has an offline session by now.
   * Asks the database nothing while none is due.
   */
  void round() throws SQLException {
    long now = nanos.getAsLong();
    Map<SessionTable.Owner, Loss> due = due(now);
    if (due.isEmpty()) {
      return;
    }
    Set<SessionTable.Owner> found =
        database.call(
            connection -> {
              Set<SessionTable.Owner> users =
                  database.sessions().withOffline(connection, due.keySet());
              List<Ending> endings = endings(due, users);
              if (!endings.isEmpty()) {
                database.endings().insert(connection, endings);
              }
              return users;
            });
    lookedFor(due, found, now);
  }

  private static List<Ending> endings(
      Map<SessionTable.Owner, Loss> due, Set<SessionTable.Owner> users) {
    List<Ending> endings = new ArrayList<>();
    due.forEach(
        (user, loss) -> {
          if (users.contains(user)) {
            // Its own id each time: a failed insert may have been committed.
            endings.add(
                new Endings(loss.ending.cause(), loss.ending.createdAt())
                    .user(user.realmId(), user.userId()));
          }
        });
    return endings;
  }

  private synchronized Map<SessionTable.Owner, Loss> due(long now) {
    Map<SessionTable.Owner, Loss> due = new LinkedHashMap<>();
    losses.forEach(
        (user, loss) -> {
          if (loss.looksDue(now) > loss.looks) {
            due.put(user, loss);
          }
        });
    return due;
  }

  private synchronized void lookedFor(
      Map<SessionTable.Owner, Loss> due, Set<SessionTable.Owner> found, long now) {
    due.forEach(
        (user, loss) -> {
          loss.looks = loss.looksDue(now);
          if (loss.looks == AGES.length || found.contains(user)) {
            // Another loss may have taken its place.
            losses.remove(user, loss);
          }
        });
  }

  private static final class Loss {

    private final Ending ending;
    private final long since;
    private int looks;

    Loss(Ending ending, long since) {
      this.ending = ending;
      this.since = since;
    }

    int looksDue(long now) {
      long age = TimeUnit.NANOSECONDS.toMillis(now - since);
      int due = 0;
      while (due < AGES.length && age >= AGES[due]) {
        due++;
      }
      return due;
    }
  }
}
