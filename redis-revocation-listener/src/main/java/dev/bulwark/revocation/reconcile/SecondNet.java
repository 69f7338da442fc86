package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.Lease;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LastSeen;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.sql.DatabaseFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds changes without an event, or whose event was missed, at the start and every 30 seconds: a
 * new hostname option, an import, a change in the database, a listener that failed. It compares
 * names and states with those last seen, and looks for API keys and revoked jtis whose tokens are
 * still in the ledger.
 *
 * <p>What has changed is written down as an ending, together with the new state in one transaction,
 * and takes the way of every ending from there. Runs on the node that has the lease. Not
 * thread-safe; called by one thread.
 */
public final class SecondNet {

  private static final Logger LOG = Logger.getLogger(SecondNet.class);
  private static final Duration LEASE_TIME = Duration.ofSeconds(100);

  /** Objects or tokens at a time. */
  private static final int PAGE = 1_000;

  private final LedgerDatabase database;
  private final Lease lease;
  private final EndingApplier expander;
  private final Revoker revoker;
  private final String addresses;
  private final RevocationMetrics metrics;
  private final Clock clock;

  /** A comparison; a failure of one keeps none of the others. */
  @FunctionalInterface
  private interface Comparison {
    void run() throws SQLException;
  }

  /**
   * With its collaborators.
   *
   * @param addresses see {@link LastSeen#realmState}
   */
  public SecondNet(
      LedgerDatabase database,
      EndingApplier expander,
      Revoker revoker,
      String addresses,
      RevocationMetrics metrics,
      Clock clock) {
    this.database = database;
    this.lease = new Lease(database, "second-net", LEASE_TIME);
    this.expander = expander;
    this.revoker = revoker;
    this.addresses = addresses;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** One round; does nothing on a node that has not the lease. */
  public void round() throws SQLException {
    if (!lease.acquire()) {
      return;
    }
    for (LastSeen.Kind kind : LastSeen.Kind.values()) {
      attempt("the states of kind " + kind, () -> compare(kind));
    }
    attempt("API keys", this::keys);
    attempt("Keycloak's revoked tokens", this::revokedTokens);
  }

  /** Lets another node take over at once. */
  public void release() throws SQLException {
    lease.release();
  }

  private void attempt(String name, Comparison comparison) {
    try {
      comparison.run();
    } catch (SQLException | RuntimeException e) {
      metrics.secondNetFailed();
      LOG.warnf(
          e,
          "The second comparison could not compare %s. Until it succeeds, it does "
              + "not find changes whose event was missed. It is repeated in 30 seconds",
          name);
    }
  }

  private void compare(LastSeen.Kind kind) throws SQLException {
    EachOfMany each = new EachOfMany();
    each.attempt(() -> applyAll(() -> database.call(c -> changed(c, kind))));
    each.attempt(() -> applyAll(() -> database.call(c -> database.lastSeen().gone(c, kind, PAGE))));
    each.throwFirst();
  }

  private List<LastSeen> changed(Connection connection, LastSeen.Kind kind) throws SQLException {
    return database.lastSeen().changed(connection, kind, addresses, PAGE);
  }

  /** Reads a page of objects. */
  @FunctionalInterface
  private interface Pages {
    List<LastSeen> next() throws SQLException;
  }

  private void applyAll(Pages pages) throws SQLException {
    boolean more = true;
    while (more) {
      List<LastSeen> objects = pages.next();
      apply(objects);
      more = objects.size() == PAGE;
    }
  }

  /** Each by itself: a state that cannot be written must not keep the others from being seen. */
  private void apply(List<LastSeen> objects) throws SQLException {
    EachOfMany each = new EachOfMany();
    List<LastSeen> fresh = new ArrayList<>();
    for (LastSeen object : objects) {
      @Nullable Ending ending = object.ending(clock.millis()).orElse(null);
      if (ending == null && object.before() == null) {
        fresh.add(object);
      } else {
        each.attempt(() -> apply(object, ending));
      }
    }
    try {
      database.run(connection -> database.lastSeen().insert(connection, fresh));
    } catch (SQLException e) {
      for (LastSeen object : fresh) {
        each.attempt(() -> database.run(c -> database.lastSeen().insert(c, List.of(object))));
      }
    }
    each.throwFirst();
  }

  private void apply(LastSeen object, @Nullable Ending ending) throws SQLException {
    if (ending != null) {
      LOG.infof(
          "%s %s is now '%s' and was '%s': its tokens are verified",
          object.kind(), object.id(), object.state(), object.before());
    }
    // One at a time: an event that changes the same row waits for no others.
    database.runInTransaction(
        connection -> {
          if (ending != null) {
            database.endings().insert(connection, List.of(ending));
          }
          if (object.isGone()) {
            database.lastSeen().delete(connection, object.kind(), object.id());
          } else {
            database.lastSeen().put(connection, object.kind(), object.id(), object.state());
          }
        });
  }

  private void keys() throws SQLException {
    long now = clock.millis();
    EachOfMany each = new EachOfMany();
    for (String key : database.call(c -> database.suspectedKeys().find(c, now))) {
      each.attempt(() -> expander.expand(new Endings("API_KEY_GONE", now).apiKey(null, key)));
    }
    each.throwFirst();
  }

  private void revokedTokens() throws SQLException {
    long now = Math.floorDiv(clock.millis(), 1000L);
    List<RevokedToken> missed;
    do {
      missed = database.call(c -> database.keycloakRevoked().missing(c, now, PAGE));
      revoker.revoke(missed, "REVOKED_TOKEN");
    } while (missed.size() == PAGE);
  }

  /** Does work for each of many: one that fails keeps none of the others. */
  private static final class EachOfMany {

    private @Nullable Exception first;

    /** Throws only what all others would meet as well. */
    void attempt(Comparison work) throws SQLException {
      try {
        work.run();
      } catch (SQLException | RuntimeException e) {
        if (DatabaseFailure.isConnectionLoss(e)) {
          throw e;
        }
        first = first == null ? e : first;
      }
    }

    void throwFirst() throws SQLException {
      if (first instanceof SQLException e) {
        throw e;
      }
      if (first instanceof RuntimeException e) {
        throw e;
      }
    }
  }
}
