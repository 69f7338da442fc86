package dev.bulwark.checker;

import dev.bulwark.checker.RedisUnavailableException.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Realms that the log has told about. Only those whose tokens the application verifies. */
  private final Set<String> explained = ConcurrentHashMap.newKeySet();

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

  /** Returns what is known about a verified token. */
  public Verdict check(TokenRef token) {
    if (observer == null) {
      return decide(token);
    }
    long began = System.nanoTime();
    Verdict verdict = decide(token);
    observer.checked(verdict, Duration.ofNanos(System.nanoTime() - began));
    return verdict;
  }

  private Verdict decide(TokenRef token) {
    String jti = token.jti();
    if (jti == null || !JtiRule.allows(jti)) {
      return Verdict.MALFORMED;
    }
    String realm = RealmState.realmOf(token.issuer());
    RedisAnswer reading = read(jti, realm);
    RedisAnswer remembered = null;
    if (remembers) {
      if (reading != null && lookup.isProof(reading)) {
        memory.note(jti, reading);
      }
      remembered = memory.of(jti);
    }
    Instant issuedAt = token.issuedAt();
    Long issued = issuedAt == null ? null : issuedAt.toEpochMilli();
    long now = clock.millis();
    noteFeed(reading, now);
    Verdict verdict = Decision.of(reading, remembered, issued, now, options);
    if (verdict == Verdict.UNKNOWN && reading != null) {
      explain(realm, reading);
    }
    return verdict;
  }

  /** Logs once why a realm's tokens are unknown although Redis is fed. */
  private void explain(@Nullable String realm, RedisAnswer reading) {
    String name = realm == null ? "" : realm;
    if (reading.heartbeat() != RedisAnswer.NEVER
        && reading.completeUntil() == RedisAnswer.NEVER
        && explained.add(name)) {
      LOG.warn(
          "Redis cannot tell about a token of realm '{}' (the last path segment of its iss): either"
              + " revocation is not on in that realm, or Keycloak cannot decide about the token now",
          name);
    }
  }

  private void noteFeed(@Nullable RedisAnswer reading, long now) {
    if (reading != null) {
      boolean fed = Decision.isFresh(reading.heartbeat(), now, options);
      transitionTo(
          fed ? FeedStatus.KNOWING : FeedStatus.UNFED, fed ? null : feedProblem(reading, now));
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
      noteFeed(read(PROBE_ID, null), clock.millis());
    }
    return status;
  }

  private boolean isProbeDue() {
    long now = System.nanoTime();
    long due = nextProbe.get();
    return now - due >= 0 && nextProbe.compareAndSet(due, now + options.retryInterval().toNanos());
  }

  private @Nullable RedisAnswer read(String jti, @Nullable String realm) {
    if (!circuit.allows(System.nanoTime())) {
      return null;
    }
    try {
      RedisAnswer reading = readOnce(jti, realm);
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
  private RedisAnswer readOnce(String jti, @Nullable String realm) {
    try {
      return lookup.read(redis, jti, realm);
    } catch (RedisUnavailableException e) {
      if (e.kind().isOfRedis()) {
        redis.dropIdleConnections();
      }
      if (e.kind() == Kind.CONNECTION_LOST) {
        return lookup.read(redis, jti, realm);
      }
      throw e;
    }
  }

  private String feedProblem(RedisAnswer reading, long now) {
    return reading.heartbeat() == RedisAnswer.NEVER
        ? "it has been emptied, or Keycloak with redis-revocation-listener has never fed it"
            + " (prefix '"
            + options.prefix()
            + "')"
        : "what Keycloak says to be complete in it is "
            + (now - reading.heartbeat())
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
