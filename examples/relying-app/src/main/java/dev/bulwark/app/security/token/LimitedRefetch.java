package dev.bulwark.app.security.token;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetSourceWrapper;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * In front of the cache of the realm's keys: limits how often a token that names an unknown key
 * makes this application ask Keycloak, as anybody can send such tokens. One request fetches at a
 * time, a few wait for it, and all others are answered at once. Within the limit a fetch decides;
 * beyond it the latest one: where it succeeded, the key does not exist (401), and where it failed,
 * nobody can tell (503). Known keys pass untouched. Thread-safe.
 */
final class LimitedRefetch extends JWKSetSourceWrapper<SecurityContext> {

  /** Requests that wait for a fetch under way: a few of the threads of the server. */
  static final int MAX_WAITING = 16;

  /** Longest wait for it: more than a fetch takes while Keycloak is well. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(1);

  private final FetchBudget budget;
  private final Semaphore waiting = new Semaphore(MAX_WAITING);
  private final AtomicReference<@Nullable CountDownLatch> underWay = new AtomicReference<>();
  private volatile boolean failed;

  /**
   * In front of a source that caches.
   *
   * @param cache closed with this
   */
  LimitedRefetch(JWKSetSource<SecurityContext> cache, FetchBudget budget) {
    super(cache);
    this.budget = budget;
  }

  @Override
  public JWKSet getJWKSet(
      JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
      throws KeySourceException {
    JWKSetCacheRefreshEvaluator none = JWKSetCacheRefreshEvaluator.noRefresh();
    if (refresh.equals(none)) {
      return getSource().getJWKSet(refresh, currentTime, context);
    }
    CountDownLatch own = new CountDownLatch(1);
    @Nullable CountDownLatch other = underWay.compareAndExchange(null, own);
    if (other != null) {
      await(other);
    } else {
      try {
        if (budget.spend()) {
          return fetch(refresh, currentTime, context);
        }
      } finally {
        underWay.set(null);
        own.countDown();
      }
    }
    if (failed) {
      throw new JWKSetUnavailableException("The latest fetch of the realm's keys has failed");
    }
    return getSource().getJWKSet(none, currentTime, context);
  }

  private JWKSet fetch(
      JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
      throws KeySourceException {
    boolean done = false;
    try {
      JWKSet keys = getSource().getJWKSet(refresh, currentTime, context);
      done = true;
      return keys;
    } finally {
      failed = !done;
    }
  }

  private void await(CountDownLatch fetched) throws JWKSetUnavailableException {
    if (!waiting.tryAcquire()) {
      throw new JWKSetUnavailableException("Enough requests wait for the realm's keys");
    }
    try {
      if (!fetched.await(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new JWKSetUnavailableException("The realm's keys have not come in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JWKSetUnavailableException("Interrupted while waiting for the realm's keys", e);
    } finally {
      waiting.release();
    }
  }
}
