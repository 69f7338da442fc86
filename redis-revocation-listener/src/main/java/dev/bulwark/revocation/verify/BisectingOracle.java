package dev.bulwark.revocation.verify;

import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Asks an oracle so that a token it cannot judge, because its user store does not answer, say, does
 * not keep it from judging the others. Thread-safe if the oracle is.
 */
public final class BisectingOracle {

  private static final Logger LOG = Logger.getLogger(BisectingOracle.class);

  /**
   * What came of it.
   *
   * @param dead the tokens that Keycloak no longer honours
   * @param inDoubt those that it could not judge; they have to be asked about again
   */
  public record Answer(Set<LedgerToken> dead, List<LedgerToken> inDoubt) {

    /** Holds copies. */
    public Answer {
      dead = Set.copyOf(dead);
      inDoubt = List.copyOf(inDoubt);
    }

    /** Returns how many tokens it could not judge. */
    public int undecided() {
      return inDoubt.size();
    }
  }

  /**
   * How long the tokens at fault are searched for. A user store that answers only by its time-outs
   * would take hours for thousands of tokens, and keep this thread from everything else.
   */
  static final Duration SEARCH_TIMEOUT = Duration.ofSeconds(10);

  /** An outage is over when nothing has failed for so long; the next failure is another one. */
  private static final long SILENCE = Duration.ofMinutes(2).toMillis();

  private final TokenOracle oracle;
  private final RevocationMetrics metrics;
  private final Clock clock;

  /** Of the last failure, milliseconds since 1970. */
  private final AtomicLong failedAt = new AtomicLong();

  /** Around an oracle. */
  public BisectingOracle(TokenOracle oracle, RevocationMetrics metrics, Clock clock) {
    this.oracle = oracle;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Judges tokens. What the oracle throws for one of them is logged and counted, never thrown.
   * Where it goes on failing for {@link #SEARCH_TIMEOUT}, the tokens not yet judged are undecided.
   * Must not be called with a JTA transaction on the thread.
   */
  public Answer ask(Collection<LedgerToken> tokens) {
    Set<LedgerToken> dead = new HashSet<>();
    Doubts doubts = new Doubts(new ArrayList<>(), new ArrayList<>());
    ask(List.copyOf(tokens), dead, doubts, clock.millis() + SEARCH_TIMEOUT.toMillis());
    if (!doubts.tokens.isEmpty()) {
      report(doubts, tokens.size());
      metrics.undecided(doubts.tokens.size());
    }
    return new Answer(dead, doubts.tokens);
  }

  /** Once for an outage: the question is repeated while it lasts. */
  private void report(Doubts doubts, int asked) {
    long now = clock.millis();
    boolean outage = now - failedAt.getAndSet(now) < SILENCE;
    Throwable first = doubts.failures.get(0);
    LOG.logf(
        outage ? Logger.Level.DEBUG : Logger.Level.WARN,
        "For %d of %d tokens, Keycloak could not decide whether they are valid (%s). Applications"
            + " are told that they are in doubt, and the question is repeated until Keycloak can"
            + " tell. Check the user stores. Further failures are logged at DEBUG",
        doubts.tokens.size(),
        asked,
        first);
    LOG.debug("The first failure", first);
  }

  /** What could not be judged, and why. */
  private record Doubts(List<LedgerToken> tokens, List<Throwable> failures) {

    void add(List<LedgerToken> some, Throwable failure) {
      tokens.addAll(some);
      failures.add(failure);
    }
  }

  /** Halves what fails until the tokens at fault are alone. */
  private void ask(List<LedgerToken> tokens, Set<LedgerToken> dead, Doubts doubts, long until) {
    if (tokens.isEmpty()) {
      return;
    }
    if (!doubts.tokens.isEmpty() && clock.millis() > until) {
      doubts.add(tokens, doubts.failures.get(0));
      return;
    }
    try {
      dead.addAll(oracle.dead(tokens));
      return;
    } catch (RuntimeException | LinkageError e) {
      // A linkage error comes from a user store whose jar is broken.
      if (tokens.size() == 1 || clock.millis() > until) {
        doubts.add(tokens, e);
        return;
      }
    }
    int middle = tokens.size() / 2;
    ask(tokens.subList(0, middle), dead, doubts, until);
    ask(tokens.subList(middle, tokens.size()), dead, doubts, until);
  }
}
