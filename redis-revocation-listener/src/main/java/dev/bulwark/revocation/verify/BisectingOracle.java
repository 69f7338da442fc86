package dev.bulwark.revocation.verify;

import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
   * @param undecided how many it could not judge; they have to be asked about again
   */
  public record Answer(Set<LedgerToken> dead, int undecided) {

    /** Holds a copy. */
    public Answer {
      dead = Set.copyOf(dead);
    }
  }

  /**
   * How long the tokens at fault are searched for. A user store that answers only by its time-outs
   * would take hours for thousands of tokens, and keep this thread from everything else.
   */
  static final Duration SEARCH_TIMEOUT = Duration.ofSeconds(10);

  private final TokenOracle oracle;
  private final RevocationMetrics metrics;
  private final Clock clock;

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
    List<Throwable> failures = new ArrayList<>();
    ask(List.copyOf(tokens), dead, failures, clock.millis() + SEARCH_TIMEOUT.toMillis());
    if (!failures.isEmpty()) {
      // Once for all: an outage of a user store must not flood the log.
      LOG.warnf(
          failures.get(0),
          "For %d of %d tokens, Keycloak could not decide whether they are valid. "
              + "The question is repeated",
          failures.size(),
          tokens.size());
      metrics.undecided(failures.size());
    }
    return new Answer(dead, failures.size());
  }

  /** Halves what fails until the tokens at fault are alone. */
  private void ask(
      List<LedgerToken> tokens, Set<LedgerToken> dead, List<Throwable> failures, long until) {
    if (tokens.isEmpty()) {
      return;
    }
    if (!failures.isEmpty() && clock.millis() > until) {
      failures.addAll(Collections.nCopies(tokens.size(), failures.get(0)));
      return;
    }
    try {
      dead.addAll(oracle.dead(tokens));
      return;
    } catch (RuntimeException | LinkageError e) {
      // A linkage error comes from a user store whose jar is broken.
      if (tokens.size() == 1 || clock.millis() > until) {
        failures.addAll(Collections.nCopies(tokens.size(), e));
        return;
      }
    }
    int middle = tokens.size() / 2;
    ask(tokens.subList(0, middle), dead, failures, until);
    ask(tokens.subList(middle, tokens.size()), dead, failures, until);
  }
}
