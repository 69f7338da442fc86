package dev.bulwark.password;

import dev.bulwark.password.PasswordMetrics.Operation;
import dev.bulwark.password.PasswordMetrics.Outcome;
import dev.bulwark.password.argon2.Argon2Engine;
import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2ResourceException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes hashes: the engine behind the permits, seen by the metrics. One for a server, shared by
 * all verifiers. Thread-safe.
 */
final class PasswordHashing implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PasswordHashing.class);

  private static final int ALONE_ATTEMPTS = 25;
  private static final Duration ALONE_PAUSE = Duration.ofMillis(200);

  private final Argon2Engine engine;
  private final HashPermits permits;
  private final PasswordMetrics metrics;
  private final CostLimits limits;

  PasswordHashing(
      Argon2Engine engine, HashPermits permits, PasswordMetrics metrics, CostLimits limits) {
    this.engine = engine;
    this.permits = permits;
    this.metrics = metrics;
    this.limits = limits;
  }

  CostLimits limits() {
    return limits;
  }

  /** Hashes a new password. */
  byte[] hash(String algorithm, Argon2Parameters parameters, byte[] password, byte[] salt) {
    return timed(
        algorithm,
        Operation.HASH,
        parameters.memory(),
        () -> argon2(parameters, password, salt),
        hash -> Outcome.CREATED);
  }

  /** Compares a password with a hash, in constant time. */
  boolean matches(
      String algorithm,
      Argon2Parameters parameters,
      byte[] password,
      byte[] salt,
      byte[] expected) {
    return verify(
        algorithm,
        parameters.memory(),
        () -> MessageDigest.isEqual(argon2(parameters, password, salt), expected));
  }

  /**
   * Runs a verification behind the permits.
   *
   * @param memory KiB that it needs
   */
  boolean verify(String algorithm, int memory, Supplier<Boolean> verification) {
    return timed(
        algorithm,
        Operation.VERIFY,
        memory,
        verification,
        matches -> matches ? Outcome.MATCH : Outcome.MISMATCH);
  }

  /** Counts a stored hash that was not even tried. */
  void refused(String algorithm) {
    metrics.computed(algorithm, Operation.VERIFY, Outcome.REFUSED, 0);
  }

  private <T> T timed(
      String algorithm,
      Operation operation,
      int memory,
      Supplier<T> work,
      java.util.function.Function<T, Outcome> outcomeOf) {
    Supplier<T> measured =
        () -> {
          long start = System.nanoTime();
          Outcome outcome = Outcome.ERROR;
          try {
            T result = work.get();
            outcome = outcomeOf.apply(result);
            return result;
          } finally {
            metrics.computed(algorithm, operation, outcome, System.nanoTime() - start);
          }
        };
    try {
      return permits.run(memory, metrics::waited, measured);
    } catch (Argon2ResourceException e) {
      // Out of the way of all others, a little later: an exception would reach the user as "wrong
      // password" (spec P6).
      LOG.warn(
          "libargon2 got no memory or no thread ({}); waiting until it is alone", e.getMessage());
      return permits.runAlone(() -> insist(measured));
    }
  }

  private static <T> T insist(Supplier<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.get();
      } catch (Argon2ResourceException e) {
        if (attempt == ALONE_ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(ALONE_PAUSE.toNanos());
      }
    }
  }

  private byte[] argon2(Argon2Parameters parameters, byte[] password, byte[] salt) {
    return engine.hash(parameters, password, salt);
  }

  @Override
  public void close() {
    metrics.close();
  }
}
