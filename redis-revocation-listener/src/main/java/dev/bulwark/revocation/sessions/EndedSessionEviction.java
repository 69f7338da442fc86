package dev.bulwark.revocation.sessions;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import org.jboss.logging.Logger;

/**
 * Takes sessions that have ended out of Keycloak's caches again.
 *
 * <p>Keycloak does so itself, but before the transaction is committed that takes the session out of
 * the table. A request that reads the session in between puts it back into the cache, and it lives
 * on there: with introspection, with refresh tokens, and with single sign-on (keycloak#51127). So
 * it is taken out once more after the commit, and a few times later, since the reader can have been
 * held up between its reading and its putting back. That costs nothing where it was for nothing: a
 * session that is in the table comes into the cache again when it is used.
 *
 * <p>Thread-safe.
 */
public final class EndedSessionEviction {

  private static final Logger LOG = Logger.getLogger(EndedSessionEviction.class);

  /** Ages at which a session is taken out once more, milliseconds. */
  private static final long[] REMOVAL_AGES = {500, 2_000, 5_000, 15_000};

  /** More are taken out at their commit only. */
  static final int MAX_WAITING = 100_000;

  private final Cache cache;
  private final Clock clock;
  private Deque<Entry> waiting = new ArrayDeque<>();

  /** Keycloak's caches of user sessions. */
  @FunctionalInterface
  public interface Cache {

    /**
     * Takes a session out, on all nodes; without effect where it is not. Does not wait for other
     * nodes.
     *
     * @param offline whether it is the offline session of that id
     */
    void remove(String sessionId, boolean offline);
  }

  /**
   * A session that has ended.
   *
   * @param id of the session
   * @param offline whether it is the offline session of that id
   */
  public record Ended(String id, boolean offline) {}

  private record Entry(Ended session, long since, int times) {}

  /** With nothing to do yet. */
  public EndedSessionEviction(Cache cache, Clock clock) {
    this.cache = cache;
    this.clock = clock;
  }

  /** Sessions whose end is committed. Never throws. */
  public void ended(Collection<Ended> sessions) {
    long now = clock.millis();
    for (Ended session : sessions) {
      remove(session);
      keep(new Entry(session, now, 0));
    }
  }

  private synchronized void keep(Entry entry) {
    if (waiting.size() < MAX_WAITING) {
      waiting.add(entry);
    }
  }

  private synchronized Deque<Entry> takeAll() {
    Deque<Entry> all = waiting;
    waiting = new ArrayDeque<>();
    return all;
  }

  /** Takes out what is due. To be called about twice a second. Never throws. */
  public void round() {
    long now = clock.millis();
    for (Entry entry : takeAll()) {
      int times = timesDue(now - entry.since());
      if (times > entry.times()) {
        remove(entry.session());
      }
      if (times < REMOVAL_AGES.length) {
        keep(new Entry(entry.session(), entry.since(), times));
      }
    }
  }

  private static int timesDue(long age) {
    int times = 0;
    while (times < REMOVAL_AGES.length && age >= REMOVAL_AGES[times]) {
      times++;
    }
    return times;
  }

  private void remove(Ended session) {
    try {
      cache.remove(session.id(), session.offline());
    } catch (RuntimeException e) {
      // Its tokens are in Redis all the same; what it issues anew is found by the comparison.
      LOG.debugf(e, "Session %s was not taken out of Keycloak's cache again", session.id());
    }
  }
}
