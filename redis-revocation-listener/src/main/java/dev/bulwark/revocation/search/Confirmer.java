package dev.bulwark.revocation.search;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TokenTable;
import dev.bulwark.revocation.push.FeedState;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventType;

/**
 * Finds out whether Redis has everything of a user that has ended, and does itself what is left to
 * do. It relies on nothing that was done before: the commit of a logout waits for a limited time
 * only, and does not tell whether that was enough. Thread-safe.
 */
public final class Confirmer {

  private static final Logger LOG = Logger.getLogger(Confirmer.class);

  private static final int PAGE = 1_000;

  /** The work that follows a commit may write the same rows: one of both can fail at that. */
  private static final int TRIES = 3;

  /** With more, Redis is being filled after an outage; that is the background work's. */
  static final int MAX_PENDING = 10_000;

  private final LedgerDatabase database;
  private final RedisConnection redis;
  private final BooleanSupplier isSettled;
  private final Sessionless sessionless;
  private final EndingApplier expander;
  private final RevocationPusher pusher;
  private final Clock clock;
  private final Executor executor;

  /** Ends tokens that no session carries. */
  @FunctionalInterface
  public interface Sessionless {

    /**
     * Has Keycloak reject tokens of a user, if the not-before of that user does not do so already.
     *
     * @param tokens without a session; at least one
     */
    void end(String realmId, String userId, List<LedgerToken> tokens);
  }

  /**
   * With its collaborators.
   *
   * @param isSettled whether the tokens that have left any node have their rows in the ledger
   * @param executor for what a request waits for; mass work must not hold it up
   */
  public Confirmer(
      LedgerDatabase database,
      RedisConnection redis,
      BooleanSupplier isSettled,
      Sessionless sessionless,
      EndingApplier expander,
      RevocationPusher pusher,
      Clock clock,
      Executor executor) {
    this.database = database;
    this.redis = redis;
    this.isSettled = isSettled;
    this.sessionless = sessionless;
    this.expander = expander;
    this.pusher = pusher;
    this.clock = clock;
    this.executor = executor;
  }

  /** See {@link dev.bulwark.contract.Revocation}. */
  public boolean confirm(String realmId, String userId, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    try {
      // Not on this thread: a request has a JTA transaction on it.
      return CompletableFuture.supplyAsync(() -> isConfirmed(realmId, userId, end), executor)
          .get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | RejectedExecutionException e) {
      LOG.debugf("A revocation is not confirmed in time: %s", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof RedisUnavailableException)) {
        LOG.warn("It could not be found out whether Redis has the ended tokens of a user", e);
      }
    }
    return false;
  }

  private boolean isConfirmed(String realmId, String userId, long end) {
    try {
      // Asked after the search: what a server lacks that has taken over, no search has found.
      return isDone(realmId, userId, end) && isSettled.getAsBoolean();
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  private boolean isDone(String realmId, String userId, long end) throws SQLException {
    for (int left = TRIES; ; left--) {
      try {
        Ending ending = new Endings(EventType.LOGOUT.name(), clock.millis()).user(realmId, userId);
        endSessionless(realmId, userId, ending, end);
        return !redis.isAway() && isApplied(ending, end) && isPushed();
      } catch (SQLException e) {
        if (left == 1) {
          throw e;
        }
        LOG.debug("The ended tokens of a user are looked for again", e);
      }
    }
  }

  /**
   * Ends the tokens of a user that no session carries. They end by the not-before of the user
   * alone. Its grain is a second, so one of the same second would live on.
   */
  private void endSessionless(String realmId, String userId, Ending ofUser, long end)
      throws SQLException {
    @Nullable LedgerToken last = null;
    do {
      LedgerToken after = last;
      TokenTable.Page page =
          database.call(c -> database.tokens().candidates(c, ofUser, after, seconds(), PAGE));
      List<LedgerToken> found =
          page.tokens().stream().filter(token -> token.sessionId() == null).toList();
      if (!found.isEmpty()) {
        sessionless.end(realmId, userId, found);
      }
      last = page.last();
    } while (last != null && System.nanoTime() - end <= 0);
  }

  /** Whether each token of the ending is judged, and the dead are revoked. */
  private boolean isApplied(Ending ending, long end) throws SQLException {
    @Nullable LedgerToken last = null;
    do {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      EndingApplier.Page page = expander.expandPage(ending, last, PAGE);
      if (page.undecided() > 0) {
        return false;
      }
      last = page.last();
    } while (last != null);
    return true;
  }

  /**
   * Whether Redis holds what is revoked. A token that was revoked without Redis may have no row in
   * the ledger any more, so that nothing tells whose it was: all that Redis lacks is pushed.
   *
   * @throws RedisUnavailableException if Redis does not take it
   */
  private boolean isPushed() throws SQLException {
    if (!redis.isConfigured()) {
      return true;
    }
    SortedSet<String> epochs = FeedState.read(redis).epochs();
    List<RevokedToken> pending =
        database.call(c -> database.revoked().pending(c, epochs, seconds(), MAX_PENDING + 1));
    if (pending.size() > MAX_PENDING) {
      return false;
    }
    if (!pending.isEmpty()) {
      pusher.push(pending);
    }
    return true;
  }

  private long seconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }
}
