package dev.bulwark.password;

import dev.bulwark.credential.HashReplacement;
import dev.bulwark.password.PasswordMetrics.Operation;
import dev.bulwark.password.PasswordMetrics.Outcome;
import dev.bulwark.password.argon2.Argon2ResourceException;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.KeycloakCost;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.verify.PasswordVerifier;
import dev.bulwark.trace.Spans;
import dev.bulwark.trace.TraceSpan;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Computes hashes behind the permits, seen by the metrics. One for a server, shared by all
 * algorithms. Thread-safe.
 */
final class PasswordHashing implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(PasswordHashing.class);

  /** KiB: the state of PBKDF2 is a few hundred bytes. */
  private static final int NEGLIGIBLE = 1;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final int MAX_ATTEMPTS = 25;
  private static final Duration ATTEMPT_PAUSE = Duration.ofMillis(200);

  private final HashPermits permits;
  private final PasswordMetrics metrics;
  private final CostLimits limits;
  private final Spans spans;
  private final RefusalLog refusals = new RefusalLog();

  PasswordHashing(HashPermits permits, PasswordMetrics metrics, CostLimits limits, Spans spans) {
    this.permits = permits;
    this.metrics = metrics;
    this.limits = limits;
    this.spans = spans;
  }

  /**
   * Makes a new hash.
   *
   * @param operation what it is made for
   * @param memory KiB that it takes
   * @param onHeap KiB of it on the Java heap
   * @param computed told the nanoseconds that it took
   */
  byte[] hash(
      Operation operation,
      String algorithm,
      int memory,
      int onHeap,
      Supplier<byte[]> work,
      LongConsumer computed) {
    return run(
        new HashJob<>(algorithm, operation, memory, onHeap, work, hash -> Outcome.CREATED),
        computed);
  }

  /**
   * Verifies a password, in the form that the hash names. A hash that cannot be verified is a wrong
   * password, and one warning.
   *
   * @param password as typed
   * @param userId whose password it is, where that is known; asked only for the warning
   * @param computed told the hash and the nanoseconds that it took
   */
  boolean verify(
      PasswordVerifier verifier,
      String password,
      PasswordCredentialModel credential,
      Supplier<Optional<String>> userId,
      ObjLongConsumer<StoredHash> computed) {
    String algorithm = verifier.algorithm();
    StoredHash stored;
    PasswordForm form;
    PasswordVerifier.Verification verification;
    try {
      stored = CredentialFields.read(credential);
      form = PasswordForm.of(stored.parameters());
      verification = verifier.prepare(stored, limits);
    } catch (UnusableHashException e) {
      metrics.computed(algorithm, Operation.VERIFY, Outcome.REFUSED, 0);
      refusals.warn(userId.get(), credential, algorithm, e);
      return false;
    }
    try {
      return PasswordBytes.use(
          form.apply(password),
          bytes ->
              run(
                  HashJob.verification(
                      algorithm,
                      verification.memory(),
                      verification.heap(),
                      () -> verification.matches(bytes)),
                  nanos -> computed.accept(stored, nanos)));
    } catch (PasswordBytes.MalformedPasswordException e) {
      // Such a password cannot have been set.
      return false;
    }
  }

  /**
   * Verifies a password with a PBKDF2 hasher of Keycloak, within the limits and behind the permits.
   * A hash that costs more is a wrong password, and one warning.
   *
   * @param leastIterations iterations that are allowed whatever the limits say: those that the
   *     realm's policy asks for; any number
   * @param matches computes the hash of the password in the form it is given, and compares it
   * @param userId whose password it is, where that is known; asked only for the warning
   * @param computed told the nanoseconds that it took
   */
  boolean verify(
      PasswordCredentialModel credential,
      int leastIterations,
      Predicate<PasswordForm> matches,
      Supplier<Optional<String>> userId,
      LongConsumer computed) {
    String algorithm = "unknown";
    PasswordForm form;
    try {
      StoredHash stored = CredentialFields.read(credential);
      algorithm = stored.algorithm();
      form = PasswordForm.of(stored.parameters());
      KeycloakCost.check(stored, limits.withIterationsAtLeast(leastIterations));
    } catch (UnusableHashException e) {
      metrics.computed(algorithm, Operation.VERIFY, Outcome.REFUSED, 0);
      refusals.warn(userId.get(), credential, algorithm, e);
      return false;
    }
    return run(
        HashJob.verification(algorithm, NEGLIGIBLE, NEGLIGIBLE, () -> matches.test(form)),
        computed);
  }

  /** Counts an outdated hash that a login was to replace. */
  void replaced(HashReplacement.Outcome outcome) {
    metrics.replaced(outcome);
  }

  /**
   * A computation of a hash.
   *
   * @param memory KiB that it takes
   * @param onHeap KiB of it on the Java heap
   * @param outcome of a result
   */
  private record HashJob<T>(
      String algorithm,
      Operation operation,
      int memory,
      int onHeap,
      Supplier<T> work,
      Function<T, Outcome> outcome) {

    static HashJob<Boolean> verification(
        String algorithm, int memory, int onHeap, Supplier<Boolean> work) {
      return new HashJob<>(
          algorithm,
          Operation.VERIFY,
          memory,
          onHeap,
          work,
          matches -> matches ? Outcome.MATCH : Outcome.MISMATCH);
    }
  }

  private <T> T run(HashJob<T> job, LongConsumer computed) {
    try (TraceSpan span = spans.child(job.operation().span())) {
      span.set("bulwark.password.algorithm", job.algorithm());
      try {
        return runPermitted(job, span, measured(job, computed));
      } catch (RuntimeException e) {
        span.failed(e.getClass().getName());
        throw e;
      }
    }
  }

  private <T> Supplier<T> measured(HashJob<T> job, LongConsumer computed) {
    return () -> {
      long start = System.nanoTime();
      Outcome outcome = Outcome.ERROR;
      try {
        T result = job.work().get();
        outcome = job.outcome().apply(result);
        return result;
      } finally {
        long nanos = System.nanoTime() - start;
        metrics.computed(job.algorithm(), job.operation(), outcome, nanos);
        if (outcome != Outcome.ERROR) {
          computed.accept(nanos);
        }
      }
    };
  }

  private <T> T runPermitted(HashJob<T> job, TraceSpan span, Supplier<T> measured) {
    try {
      return permits.run(
          job.memory(),
          job.onHeap(),
          nanos -> {
            metrics.waited(nanos);
            span.set("bulwark.password.wait", nanos / NANOS_PER_SECOND);
          },
          measured);
    } catch (Argon2ResourceException e) {
      // Out of the way of all others, a little later: an exception would reach the user as "wrong
      // password" (spec P6).
      LOG.warnf(
          "libargon2 got no memory or no thread (%s). The hash waits until no other"
              + " is running",
          e.getMessage());
      return permits.runAlone(() -> retryUntilResourcesFree(measured));
    }
  }

  private static <T> T retryUntilResourcesFree(Supplier<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.get();
      } catch (Argon2ResourceException e) {
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(ATTEMPT_PAUSE.toNanos());
      }
    }
  }

  @Override
  public void close() {
    metrics.close();
  }
}
