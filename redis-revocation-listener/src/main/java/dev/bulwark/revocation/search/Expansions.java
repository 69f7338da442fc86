package dev.bulwark.revocation.search;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.Target;
import dev.bulwark.revocation.sql.DatabaseFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed endings to the ledger. The first tokens of the first endings are done by the
 * executor for short work, whatever follows by the one for mass work: a logout of one session never
 * waits for that of 100,000. Thread-safe.
 */
public final class Expansions {

  private static final Logger LOG = Logger.getLogger(Expansions.class);

  /**
   * Tokens of one ending, and endings, that are short work: each Keycloak may have to be asked
   * about.
   */
  private static final int FEW_TOKENS = 200;

  private static final int FEW_ENDINGS = 10;

  /** A restart of the database, or its failover, is often over by then; a response waits longer. */
  private static final Duration RETRY_TIME = Duration.ofMillis(1_500);

  private static final Duration RETRY_PAUSE = Duration.ofMillis(50);
  private static final int PAGE = 5_000;

  private final EndingApplier expander;
  private final Executor shortWork;
  private final Executor massWork;

  /**
   * With its collaborators.
   *
   * @param shortWork runs what a request waits for
   * @param massWork runs what takes long
   */
  public Expansions(EndingApplier expander, Executor shortWork, Executor massWork) {
    this.expander = expander;
    this.shortWork = shortWork;
    this.massWork = massWork;
  }

  /**
   * Starts with the endings.
   *
   * @return done when all are applied or have failed, and says whether all are applied; what fails
   *     is logged and left to the background work
   * @throws RejectedExecutionException if too much waits already
   */
  public CompletableFuture<Boolean> start(List<Ending> endings) {
    Run run = new Run(new CompletableFuture<>(), new AtomicBoolean(true));
    shortWork.execute(() -> run.complete(() -> begin(endings, run)));
    return run.done;
  }

  private boolean begin(List<Ending> endings, Run run) {
    long retryUntil = System.nanoTime() + RETRY_TIME.toNanos();
    List<Ending> few = endings.subList(0, Math.min(FEW_ENDINGS, endings.size()));
    List<Ending> many = endings.subList(few.size(), endings.size());
    List<Ending> doubts = few.stream().filter(Ending::requiresVerification).toList();
    List<Rest> rests =
        few.stream()
            .filter(ending -> !ending.requiresVerification())
            .map(ending -> firstPage(ending, retryUntil, run))
            .toList();
    List<Rest> open = rests.stream().filter(rest -> rest.after != null).toList();
    if (open.isEmpty() && many.isEmpty() && doubts.isEmpty()) {
      return true;
    }
    massWork.execute(
        () ->
            run.complete(
                () -> {
                  // The first tokens of a realm in doubt, all of a small one: the rest takes its
                  // time (RealmVerifier).
                  doubts.forEach(doubt -> firstOfDoubt(doubt, run));
                  open.forEach(rest -> finish(rest, run));
                  many.stream()
                      .filter(ending -> !ending.requiresVerification())
                      .forEach(
                          ending -> finish(step(new Rest(ending, null), FEW_TOKENS, run), run));
                  return true;
                }));
    return false;
  }

  private void firstOfDoubt(Ending doubt, Run run) {
    if (step(new Rest(doubt, null), FEW_TOKENS, run).after != null) {
      run.applied.set(false);
    }
  }

  /** What a response waits for: a lost connection to the database is no reason to give up. */
  private Rest firstPage(Ending ending, long retryUntil, Run run) {
    Rest whole = new Rest(ending, null);
    while (true) {
      try {
        return apply(whole, FEW_TOKENS);
      } catch (SQLException | RuntimeException e) {
        if (!DatabaseFailure.isConnectionLoss(e)
            || System.nanoTime() - retryUntil >= 0
            || Thread.currentThread().isInterrupted()) {
          return delayed(ending, e, run);
        }
        LockSupport.parkNanos(RETRY_PAUSE.toNanos());
      }
    }
  }

  private void finish(Rest rest, Run run) {
    Rest open = rest;
    while (open.after != null) {
      open = step(open, PAGE, run);
    }
  }

  private Rest step(Rest rest, int size, Run run) {
    try {
      return apply(rest, size);
    } catch (SQLException | RuntimeException e) {
      return delayed(rest.ending, e, run);
    }
  }

  private Rest apply(Rest rest, int size) throws SQLException {
    Ending ending = rest.ending;
    if (ending.target() instanceof Target.Token || !ending.isInForce(System.currentTimeMillis())) {
      expander.expand(ending);
      return new Rest(ending, null);
    }
    return new Rest(ending, expander.expandPage(ending, rest.after, size).last());
  }

  /** The ending is in the database: the background work applies it again. */
  private static Rest delayed(Ending ending, Exception reason, Run run) {
    LOG.warnf(reason, "Revocation by %s is delayed", ending.cause());
    run.applied.set(false);
    return new Rest(ending, null);
  }

  /** Work that says whether it was the last. */
  private interface Work {
    boolean run();
  }

  /**
   * The endings of one call.
   *
   * @param applied whether all that were tried so far are applied
   */
  private record Run(CompletableFuture<Boolean> done, AtomicBoolean applied) {

    void complete(Work work) {
      try {
        if (work.run()) {
          done.complete(applied.get());
        }
      } catch (RuntimeException | Error e) {
        done.completeExceptionally(e);
      }
    }
  }

  /**
   * What is left of an ending.
   *
   * @param after the last token done; null if nothing is left, or nothing is done
   */
  private record Rest(Ending ending, @Nullable LedgerToken after) {}
}
