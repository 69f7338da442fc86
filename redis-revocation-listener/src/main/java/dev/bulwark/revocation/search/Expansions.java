package dev.bulwark.revocation.search;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.ScopeKind;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed scopes to the ledger. The first tokens of the first scopes are done by the
 * executor for short work, whatever follows by the one for mass work: a logout of one session never
 * waits for that of 100,000. Thread-safe.
 */
public final class Expansions {

  private static final Logger LOG = Logger.getLogger(Expansions.class);

  /**
   * Tokens of one scope, and scopes, that are short work: each Keycloak may have to be asked about.
   */
  private static final int FEW_TOKENS = 200;

  private static final int FEW_SCOPES = 10;
  private static final int PAGE = 5_000;

  private final ScopeExpander expander;
  private final Executor shortWork;
  private final Executor massWork;

  /**
   * With its collaborators.
   *
   * @param shortWork runs what a request waits for
   * @param massWork runs what takes long
   */
  public Expansions(ScopeExpander expander, Executor shortWork, Executor massWork) {
    this.expander = expander;
    this.shortWork = shortWork;
    this.massWork = massWork;
  }

  /**
   * Starts with the scopes.
   *
   * @param before is run before them: the rows of their tokens may have been set aside
   * @return done when all are applied or have failed; what fails is logged and left to the
   *     background work
   * @throws RejectedExecutionException if too much waits already
   */
  public CompletableFuture<Void> start(List<RevocationScope> scopes, Runnable before) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    shortWork.execute(() -> complete(done, () -> begin(scopes, before, done)));
    return done;
  }

  private boolean begin(
      List<RevocationScope> scopes, Runnable before, CompletableFuture<Void> done) {
    before.run();
    List<RevocationScope> few = scopes.subList(0, Math.min(FEW_SCOPES, scopes.size()));
    List<RevocationScope> many = scopes.subList(few.size(), scopes.size());
    List<Rest> rests = few.stream().map(scope -> new Rest(scope, null)).map(this::page).toList();
    List<Rest> open = rests.stream().filter(rest -> rest.after != null).toList();
    if (open.isEmpty() && many.isEmpty()) {
      return true;
    }
    massWork.execute(
        () ->
            complete(
                done,
                () -> {
                  open.forEach(rest -> finish(rest, PAGE));
                  many.forEach(scope -> finish(page(new Rest(scope, null)), PAGE));
                  return true;
                }));
    return false;
  }

  private Rest page(Rest rest) {
    return step(rest, FEW_TOKENS);
  }

  private void finish(Rest rest, int size) {
    Rest open = rest;
    while (open.after != null) {
      open = step(open, size);
    }
  }

  private Rest step(Rest rest, int size) {
    RevocationScope scope = rest.scope;
    try {
      if (scope.isDoubt()) {
        return new Rest(scope, null);
      }
      if (scope.kind() == ScopeKind.TOKEN || !scope.isInForce(System.currentTimeMillis())) {
        expander.expand(scope);
        return new Rest(scope, null);
      }
      return new Rest(scope, expander.expandPage(scope, rest.after, size).last());
    } catch (SQLException | RuntimeException e) {
      // The scope is in the database: the background work applies it again.
      LOG.warnf(e, "Revocation by %s is delayed", scope.cause());
      return new Rest(scope, null);
    }
  }

  /** Work that says whether it was the last. */
  private interface Work {
    boolean run();
  }

  private static void complete(CompletableFuture<Void> done, Work work) {
    try {
      if (work.run()) {
        done.complete(null);
      }
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
    }
  }

  /**
   * What is left of a scope.
   *
   * @param after the last token done; null if nothing is left, or nothing is done
   */
  private record Rest(RevocationScope scope, @Nullable LedgerToken after) {}
}
