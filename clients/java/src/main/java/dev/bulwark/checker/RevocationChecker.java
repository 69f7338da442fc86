package dev.bulwark.checker;

import dev.bulwark.checker.RedisUnavailableException.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether a token has been revoked, in one round trip to the Redis to which Keycloak's
 * redis-revocation-listener writes. Check a token after its signature, issuer and times have been
 * verified, {@code exp} without leeway: Redis deletes a revoked token then. Thread-safe; one for an
 * app.
 *
 * <p>No method throws because of Redis. An {@link Error} leaves each check as long as its cause
 * lasts, for example a class that the build has left out. So does an exception of an application's
 * own {@link RedisAccess} that is no {@link RedisUnavailableException}. A check takes at most the
 * pool's wait, the connection's and the command's timeout. Once Redis is known to be unreachable,
 * one caller in each {@link CheckerOptions#retryInterval()} takes that long, and the others do not
 * wait.
 */
public final class RevocationChecker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RevocationChecker.class);

  /** The id of no token. */
  private static final String PROBE_ID = "health-check";

  private final RedisAccess redis;
  private final CheckerOptions options;
  private final @Nullable CheckObserver observer;
  private final Clock clock;
  private final Lookup lookup;
  private final Circuit circuit;
  private final LastAnswers memory;
  private final boolean remembers;
  private final AtomicLong nextProbe = new AtomicLong(System.nanoTime());
  private volatile FeedStatus status = FeedStatus.NOT_ASKED;

  /**
   * A checker.
   *
   * @param redis closed with the checker
   */
  public RevocationChecker(RedisAccess redis, CheckerOptions options) {
    this(redis, options, null);
  }

  /**
   * A checker whose checks are observed.
   *
   * @param redis closed with the checker
   * @param observer receives every check; null for none
   */
  public RevocationChecker(
      RedisAccess redis, CheckerOptions options, @Nullable CheckObserver observer) {
    this(redis, options, observer, Clock.systemUTC());
  }

  RevocationChecker(
      RedisAccess redis, CheckerOptions options, @Nullable CheckObserver observer, Clock clock) {
    this.redis = redis;
    this.observer = observer;
    this.options = options;
    this.clock = clock;
    this.circuit = new Circuit(options.retryInterval());
    this.memory = new LastAnswers(options.rememberedTokens());
    this.remembers = !options.staleness().isZero();
    this.lookup =
        lookup(
            redis, options, new PendingAnswers(memory, remembers ? options.rememberedTokens() : 0));
  }

  private static Lookup lookup(
      RedisAccess redis, CheckerOptions options, PendingAnswers unconfirmed) {
    Keys keys = new Keys(options.prefix());
    Duration maxAge = options.nearCacheMaxAge();
    if (redis.isNearCached()) {
      if (options.feedMaxAge() != null && options.feedMaxAge().compareTo(maxAge) <= 0) {
        throw new IllegalArgumentException(
            "nearCacheMaxAge must be shorter than feedMaxAge: an answer may be that old");
      }
      return new WatchedLookup(keys, watch(redis, keys, unconfirmed, maxAge), unconfirmed, maxAge);
    }
    if (options.feedMaxAge() == null) {
      return new BlindLookup(keys);
    }
    return redis.isClustered()
        ? new WatchedLookup(
            keys, watch(redis, keys, unconfirmed, maxAge), unconfirmed, Duration.ZERO)
        : new SingleTripLookup(keys);
  }

  private static WatermarkPoller watch(
      RedisAccess redis, Keys keys, PendingAnswers unconfirmed, Duration nearCacheMaxAge) {
    Function<RedisAccess, List<String>> watermarks =
        redis.isClustered()
            ? open -> open.lowestSlots().stream().map(keys::complete).toList()
            : open -> List.of(keys.complete());
    return new WatermarkPoller(
        keys, watermarks, unconfirmed, nearCacheMaxAge, redis.longestAttempt());
  }

  /**
   * Whether a token must not be accepted.
   *
   * @param jti claim {@code jti} of a verified token; null if it has none
   * @deprecated also true while nobody can tell, which is 503 and not 401. Use {@link
   *     #check(String, Instant)}, whose verdict tells them apart. It is removed after one release.
   */
  @Deprecated(since = "0.1.0", forRemoval = true)
  public boolean isRevoked(@Nullable String jti) {
    return !check(jti, null).accepted();
  }

  /** As {@link #check(String, Instant)}. */
  public Verdict check(TokenRef token) {
    return check(token.jti(), token.issuedAt());
  }

  /**
   * Returns what is known about a token.
   *
   * @param jti claim {@code jti} of a verified token; null if it has none
   * @param issuedAt claim {@code iat}; null if unknown. It shows whether the token is older than
   *     Keycloak's record of tokens ({@link Verdict#UNKNOWN}), and bounded staleness uses it
   */
  public Verdict check(@Nullable String jti, @Nullable Instant issuedAt) {
    if (observer == null) {
      return decide(jti, issuedAt);
    }
    long began = System.nanoTime();
    Verdict verdict = decide(jti, issuedAt);
    observer.checked(verdict, Duration.ofNanos(System.nanoTime() - began));
    return verdict;
  }

  private Verdict decide(@Nullable String jti, @Nullable Instant issuedAt) {
    if (jti == null || !JtiRule.allows(jti)) {
      return Verdict.MALFORMED;
    }
    RedisAnswer reading = read(jti);
    RedisAnswer remembered = null;
    if (remembers) {
      if (reading != null && lookup.isProof(reading)) {
        memory.note(jti, reading);
      }
      remembered = memory.of(jti);
    }
    Long issued = issuedAt == null ? null : issuedAt.toEpochMilli();
    long now = clock.millis();
    noteFeed(reading, now);
    return Decision.of(reading, remembered, issued, now, options);
  }

  private void noteFeed(@Nullable RedisAnswer reading, long now) {
    if (reading != null) {
      boolean complete = Decision.isComplete(reading, now, options);
      transitionTo(
          complete ? FeedStatus.KNOWING : FeedStatus.UNFED,
          complete ? null : feedProblem(reading, now));
    }
  }

  /** Returns the result of the last contact with Redis; costs nothing. */
  public FeedStatus status() {
    return status;
  }

  /**
   * Returns the state of Redis for a health check of the application. While it is {@link
   * FeedStatus#AWAY} or {@link FeedStatus#UNFED}, Redis is asked again, at most once in a {@link
   * CheckerOptions#retryInterval()}. Then the call takes as long as a check. An application that is
   * not healthy may get no request, so that no check would find out that Redis is back.
   */
  public FeedStatus probe() {
    FeedStatus last = status;
    if ((last == FeedStatus.AWAY || last == FeedStatus.UNFED) && isProbeDue()) {
      noteFeed(read(PROBE_ID), clock.millis());
    }
    return status;
  }

  private boolean isProbeDue() {
    long now = System.nanoTime();
    long due = nextProbe.get();
    return now - due >= 0 && nextProbe.compareAndSet(due, now + options.retryInterval().toNanos());
  }

  private @Nullable RedisAnswer read(String jti) {
    if (!circuit.allows(System.nanoTime())) {
      return null;
    }
    try {
      RedisAnswer reading = readOnce(jti);
      circuit.succeeded();
      return reading;
    } catch (RedisUnavailableException e) {
      if (e.kind().isOfRedis()) {
        circuit.failed(System.nanoTime());
        transitionTo(FeedStatus.AWAY, FailureText.of(e));
      } else if (e.kind() == Kind.INTERRUPTED) {
        // Some clients clear the flag, for which the caller's own code may be waiting.
        Thread.currentThread().interrupt();
      }
      return null;
    } finally {
      circuit.ended();
    }
  }

  /** On a fresh connection if the pool gave a dead one. */
  private RedisAnswer readOnce(String jti) {
    try {
      return lookup.read(redis, jti);
    } catch (RedisUnavailableException e) {
      if (e.kind().isOfRedis()) {
        redis.dropIdleConnections();
      }
      if (e.kind() == Kind.CONNECTION_LOST) {
        return lookup.read(redis, jti);
      }
      throw e;
    }
  }

  private String feedProblem(RedisAnswer reading, long now) {
    return reading.completeUntil() == RedisAnswer.NEVER
        ? "it has been emptied, or Keycloak with redis-revocation-listener has never fed it"
            + " (prefix '"
            + options.prefix()
            + "')"
        : "what Keycloak says to be complete in it is "
            + (now - reading.completeUntil())
            + " ms old; Keycloak is unreachable or cannot reach Redis, or the clocks differ";
  }

  /** Reports a change, and only a change. */
  private void transitionTo(FeedStatus next, @Nullable String problem) {
    if (status != next) {
      change(next, problem);
    }
  }

  private synchronized void change(FeedStatus next, @Nullable String problem) {
    if (status == next) {
      return;
    }
    status = next;
    switch (next) {
      case AWAY -> LOG.warn("Redis cannot be reached to check revoked tokens: {}", problem);
      case UNFED ->
          LOG.warn(
              "Redis is reachable, but its data about revoked tokens is not reliable: {}", problem);
      default -> LOG.info("Redis can check revoked tokens again");
    }
  }

  @Override
  public void close() {
    lookup.close();
    redis.close();
  }
}
