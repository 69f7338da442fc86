package dev.bulwark.password.timing;

import dev.bulwark.contract.FailedLogin;
import dev.bulwark.password.argon2.Argon2ResourceException;
import dev.bulwark.password.foreign.StoredHash;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.keycloak.models.KeycloakSession;

/**
 * Records the hashes of a request, and computes the missing ones. So every failed login costs one
 * hash of the current parameters and takes as long as the slowest kind of hash in its realm (L3).
 * For one thread.
 *
 * <p>The decorators of login-rate-limiter, which know no class of this module, find it by {@link
 * FailedLogin#ATTRIBUTE}.
 */
public final class SessionWork implements FailedLogin {

  private final String realm;
  private final FailureTimes times;
  private final Consumer<LongConsumer> dummy;
  private boolean done;

  /**
   * Begins with nothing computed.
   *
   * @param realm id of the realm
   * @param times shared by all sessions
   * @param dummy computes a hash of the current parameters for nobody, and tells its nanoseconds
   */
  public SessionWork(String realm, FailureTimes times, Consumer<LongConsumer> dummy) {
    this.realm = realm;
    this.times = times;
    this.dummy = dummy;
  }

  /** The work of a session, which all hashers of the session share. */
  public static SessionWork of(
      KeycloakSession session, FailureTimes times, Consumer<LongConsumer> dummy) {
    SessionWork known = session.getAttribute(FailedLogin.ATTRIBUTE, SessionWork.class);
    if (known != null) {
      return known;
    }
    var realm = session.getContext().getRealm();
    SessionWork work = new SessionWork(realm == null ? "" : realm.getId(), times, dummy);
    session.setAttribute(FailedLogin.ATTRIBUTE, work);
    return work;
  }

  /** A hash of the current parameters was computed, new or verified, in so many nanoseconds. */
  public void recordHash(long nanos) {
    done = true;
    times.recordHash(nanos);
  }

  /** A stored hash of other parameters was verified in so many nanoseconds. */
  public void recordVerification(StoredHash stored, long nanos) {
    times.recordVerification(realm, stored, nanos);
  }

  @Override
  public void checkedElsewhere(String kind, long nanos) {
    times.recordVerification(realm, new StoredHash(kind, 0, Map.of(), "", new byte[0]), nanos);
  }

  @Override
  public void equalize(long start) {
    if (!done) {
      try {
        dummy.accept(this::recordHash);
      } catch (Argon2ResourceException e) {
        // The machine has no memory, as PasswordHashing has logged; the login has failed anyway.
      }
    }
    long end = start + times.minimumNanos(realm);
    for (long left = end - System.nanoTime();
        left > 0 && !Thread.currentThread().isInterrupted();
        left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
