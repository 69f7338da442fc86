package dev.bulwark.app.security.login;

import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.web.util.WebUtils;

/**
 * One request of a session at a time: Keycloak takes a refresh token once, and ends the session in
 * which one comes a second time. No request waits longer than one renewal may take, so that a
 * Keycloak that is silent does not take all threads. An attribute of the session. Thread-safe.
 */
final class SessionLock implements Serializable {

  private static final long serialVersionUID = 1L;

  /** To connect to Keycloak and to get an answer, see {@code KeycloakHttp}. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(7);

  /** After a renewal that failed, until the next one may be tried. */
  static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock.
  private transient boolean failed;
  private transient long failedAt;

  /** That of a session. */
  static SessionLock of(HttpSession session) {
    String name = SessionLock.class.getName();
    synchronized (WebUtils.getSessionMutex(session)) {
      if (session.getAttribute(name) instanceof SessionLock existing) {
        return existing;
      }
      SessionLock fresh = new SessionLock();
      session.setAttribute(name, fresh);
      return fresh;
    }
  }

  /** Whether Keycloak has answered that the login has ended. */
  static boolean hasEnded(ClientAuthorizationException e) {
    return OAuth2ErrorCodes.INVALID_GRANT.equals(e.getError().getErrorCode());
  }

  /**
   * Runs a job that may renew the tokens.
   *
   * @throws AuthenticationServiceException if another request takes too long, or if a renewal has
   *     just failed
   * @throws ClientAuthorizationException that of the job
   */
  <T> @Nullable T run(Supplier<@Nullable T> job) {
    return run(job, System::nanoTime);
  }

  /** At another time than now, in nanoseconds. */
  <T> @Nullable T run(Supplier<@Nullable T> job, LongSupplier nanoTime) {
    await();
    try {
      if (failed && nanoTime.getAsLong() - failedAt < RETRY_PAUSE.toNanos()) {
        throw new AuthenticationServiceException("the tokens could not be renewed a moment ago");
      }
      failed = false;
      return job.get();
    } catch (ClientAuthorizationException e) {
      failed = !hasEnded(e);
      failedAt = nanoTime.getAsLong();
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private void await() {
    try {
      if (lock.tryLock(MAX_WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AuthenticationServiceException("another request of the session renews its tokens");
  }
}
