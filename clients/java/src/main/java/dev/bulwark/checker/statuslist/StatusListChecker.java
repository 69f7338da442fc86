package dev.bulwark.checker.statuslist;

import dev.bulwark.checker.Verdict;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether a token has been revoked, by the Token Status List that its claim {@code status}
 * names. Check a token after its signature, issuer and times have been verified. Thread-safe; one
 * for an application. Needs {@code nimbus-jose-jwt}, which Spring Security brings.
 *
 * <p>A list is fetched when its first token is checked, and again with its ETag when its {@code
 * ttl} is over or its {@code exp} is near. One check waits for that, at most for two timeouts of 3
 * s. The others use the list that is held, and wait only if there is none or it has expired. If the
 * check that they wait for is interrupted, one of them fetches, and may wait as long again. While
 * Keycloak is unreachable, the last list is used until its {@code exp}, and then every check of its
 * tokens is {@link Verdict#UNKNOWN}.
 */
public final class StatusListChecker {

  private static final Logger LOG = LoggerFactory.getLogger(StatusListChecker.class);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);
  private static final int MAX_LISTS = 100;

  /** Of one request, to the list or to the keys. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final String prefix;
  private final ListSource source;
  private final Duration longestWait;
  private final Clock clock;
  private final StatusListReader reader;
  private final Map<String, HeldList> lists =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, HeldList> eldest) {
          return size() > MAX_LISTS;
        }
      };

  /**
   * A checker for the tokens of a realm.
   *
   * @param issuer the realm's URL. Only its own lists are fetched, whatever a token names
   */
  public StatusListChecker(String issuer) {
    this(issuer, Clock.systemUTC());
  }

  /**
   * With another clock.
   *
   * @param issuer the realm's URL. Only its own lists are fetched, whatever a token names
   */
  public StatusListChecker(String issuer, Clock clock) {
    this(issuer, new HttpListSource(), clock);
  }

  /**
   * With another way to send requests, and another clock.
   *
   * @param source bounds the time of a request itself
   */
  public StatusListChecker(String issuer, ListSource source, Clock clock) {
    this(issuer, source, clock, TIMEOUT);
  }

  /** With another longest wait for a request that another thread has sent. */
  StatusListChecker(String issuer, ListSource source, Clock clock, Duration timeout) {
    this.prefix = issuer + "/token-status/";
    this.source = source;
    this.clock = clock;
    this.longestWait = timeout.multipliedBy(2);
    URI keys = URI.create(issuer + "/protocol/openid-connect/certs");
    this.reader =
        new StatusListReader(issuer, new SigningKeys(keys, source, timeout, System::nanoTime));
  }

  /**
   * Returns what is known about a token.
   *
   * @param status claim {@code status} of a verified token; null if it has none
   */
  public Verdict check(@Nullable Object status) {
    Object reference = status instanceof Map<?, ?> claim ? claim.get("status_list") : null;
    if (!(reference instanceof Map<?, ?> place)
        || !(place.get("uri") instanceof String uri)
        || !uri.startsWith(prefix)
        || !(place.get("idx") instanceof Integer || place.get("idx") instanceof Long)) {
      return Verdict.MALFORMED;
    }
    long index = ((Number) place.get("idx")).longValue();
    return index < 0 ? Verdict.MALFORMED : verdict(current(uri), index);
  }

  private Verdict verdict(@Nullable StatusList list, long index) {
    if (list == null || list.isExpired(clock.instant())) {
      return Verdict.UNKNOWN;
    }
    OptionalInt status = list.status(index);
    if (status.isEmpty()) {
      return Verdict.MALFORMED;
    }
    return status.getAsInt() == 0 ? Verdict.LIVE : Verdict.REVOKED;
  }

  /**
   * Of several callers one fetches. The others use the list that is held, or wait. If the one that
   * they wait for is interrupted, the list is still due, and another of them fetches.
   */
  private @Nullable StatusList current(String uri) {
    HeldList entry = entry(uri);
    long until = System.nanoTime() + longestWait.toNanos();
    boolean again = true;
    while (again && isDue(entry) && !entry.singleFlight.tryRun(() -> fetchIfDue(uri, entry))) {
      again = !isUsable(entry.list) && entry.singleFlight.await(until);
    }
    return entry.list;
  }

  private HeldList entry(String uri) {
    synchronized (lists) {
      return lists.computeIfAbsent(uri, each -> new HeldList());
    }
  }

  private boolean isDue(HeldList entry) {
    return !entry.pause.holds(clock);
  }

  private boolean isUsable(@Nullable StatusList list) {
    return list != null && !list.isExpired(clock.instant());
  }

  private void fetchIfDue(String uri, HeldList entry) {
    if (!isDue(entry)) {
      return;
    }
    Instant began = clock.instant();
    try {
      StatusList fetched = fetch(uri, entry.list);
      entry.list = fetched;
      Instant ended = clock.instant();
      entry.pause = new Pause(ended, fetched.due(began, ended));
      entry.failed = false;
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        // It has found nothing out about Keycloak: the next caller may ask at once.
        return;
      }
      // From its end: an attempt may take longer than the pause.
      Instant ended = clock.instant();
      entry.pause = new Pause(ended, ended.plus(RETRY_INTERVAL));
      if (!entry.failed) {
        // Once for an outage.
        LOG.warn("A token status list cannot be fetched, and is tried again: {}", e.toString());
      }
      entry.failed = true;
    }
  }

  private StatusList fetch(String uri, @Nullable StatusList held) throws IOException {
    ListSource.Answer answer = source.get(URI.create(uri), held == null ? null : held.etag());
    if (answer.status() == 304 && held != null) {
      return held;
    }
    StatusList fetched = reader.read(uri, answer, clock.instant());
    // A cache on the way may have an older one.
    return held != null && fetched.isOlderThan(held) ? held : fetched;
  }

  /** A list as it was fetched last. Written by the thread whose turn it is. */
  private static final class HeldList {
    private final SingleFlight singleFlight = new SingleFlight();
    private volatile @Nullable StatusList list;
    private volatile Pause pause = Pause.NONE;
    private boolean failed;
  }

  /** When no list is fetched. A clock that is set back ends it: it could last for hours then. */
  private record Pause(Instant from, Instant until) {

    private static final Pause NONE = new Pause(Instant.MIN, Instant.MIN);

    boolean holds(Clock clock) {
      Instant now = clock.instant();
      return !now.isBefore(from) && now.isBefore(until);
    }
  }
}
