package dev.bulwark.notify;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The mails that wait to be sent, by realm. Bounded in all and for each user, so that nobody's own
 * mails crowd out those of others. After a failure of a realm's mail server all mails of that realm
 * pause, longer each time; other realms go on. A mail that failed for a reason of its own waits
 * alone. Pure; not thread-safe.
 */
final class WaitingMails {

  /** Most mails that wait. */
  static final int CAPACITY = 10_000;

  /** Most mails of one user that wait. */
  static final int MAX_PER_USER = 50;

  /** A mail that is older than that tells nobody anything new. */
  static final Duration MAX_AGE = Duration.ofHours(24);

  static final Duration FIRST_PAUSE = Duration.ofSeconds(15);
  static final Duration MAX_PAUSE = Duration.ofMinutes(15);

  /** Of one mail alone: its failures cost no other mail more time than an attempt takes. */
  static final Duration MAX_DELAY = Duration.ofHours(1);

  /**
   * A mail that is to be sent now.
   *
   * @param failures times that it has failed for a reason of its own
   */
  record Attempt(Notification mail, int failures) {

    /** Whether it waits for the others of its realm alone. */
    boolean isFirst() {
      return failures == 0;
    }
  }

  /**
   * A mail that waits alone.
   *
   * @param until milliseconds since 1970
   */
  private record Delayed(Attempt next, long until) {}

  private final Map<String, RealmMails> realms = new LinkedHashMap<>();
  private final Map<String, Integer> perUser = new HashMap<>();
  private int size;

  private static final class RealmMails {
    final Deque<Attempt> due = new ArrayDeque<>();
    final Queue<Delayed> delayed = new PriorityQueue<>(Comparator.comparingLong(Delayed::until));
    int failures;
    long pausedUntil;

    /** The next one, unless none is due. One whose delay is over is behind those that are due. */
    @Nullable Attempt poll(long now) {
      while (!delayed.isEmpty() && delayed.element().until() <= now) {
        due.addLast(delayed.remove().next());
      }
      return due.pollFirst();
    }

    /** When the next one is due, in milliseconds since 1970; null where none waits. */
    @Nullable Long dueAt() {
      if (!due.isEmpty()) {
        return pausedUntil;
      }
      return delayed.isEmpty() ? null : Math.max(pausedUntil, delayed.element().until());
    }
  }

  /** Adds a mail; false where there is no room for it, in all or for its user. */
  boolean add(Notification mail) {
    if (!reserve(mail)) {
      return false;
    }
    realm(mail).due.addLast(new Attempt(mail, 0));
    return true;
  }

  /**
   * Takes the next mail whose realm does not pause, of each realm in turn; null where none is due.
   *
   * @param now milliseconds since 1970
   */
  @Nullable Attempt poll(long now) {
    Iterator<Map.Entry<String, RealmMails>> all = realms.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, RealmMails> entry = all.next();
      String id = entry.getKey();
      RealmMails realm = entry.getValue();
      if (realm.pausedUntil > now) {
        continue;
      }
      @Nullable Attempt next = realm.poll(now);
      if (next != null) {
        // To the end of the line, with its count of failures.
        all.remove();
        realms.put(id, realm);
        release(next.mail());
        return next;
      }
      if (realm.delayed.isEmpty()) {
        all.remove();
      }
    }
    return null;
  }

  /** The realm's mail server has taken a mail, or may be another one now. */
  void succeeded(String realmId) {
    @Nullable RealmMails realm = realms.get(realmId);
    if (realm != null) {
      realm.failures = 0;
      realm.pausedUntil = 0;
    }
  }

  /**
   * The realm's mail server has failed: its mails pause, and this one goes to their end.
   *
   * @param now milliseconds since 1970
   * @return whether the mail will be tried again; false where it is too old or there is no room
   */
  boolean failed(Attempt attempt, long now) {
    RealmMails realm = realm(attempt.mail());
    realm.pausedUntil = now + backoff(realm.failures, MAX_PAUSE).toMillis();
    realm.failures++;
    if (isOld(attempt.mail(), now) || !reserve(attempt.mail())) {
      return false;
    }
    realm.due.addLast(attempt);
    return true;
  }

  /**
   * This mail has failed, for a reason that concerns no other: it waits alone.
   *
   * @param now milliseconds since 1970
   * @return whether the mail will be tried again; false where it is too old or there is no room
   */
  boolean delay(Attempt attempt, long now) {
    if (isOld(attempt.mail(), now) || !reserve(attempt.mail())) {
      return false;
    }
    long until = now + backoff(attempt.failures(), MAX_DELAY).toMillis();
    Attempt next = new Attempt(attempt.mail(), attempt.failures() + 1);
    realm(attempt.mail()).delayed.add(new Delayed(next, until));
    return true;
  }

  private static boolean isOld(Notification mail, long now) {
    return now - mail.millis() >= MAX_AGE.toMillis();
  }

  /** The wait after so many failures before this one. */
  static Duration backoff(int failures, Duration longest) {
    long seconds = FIRST_PAUSE.toSeconds() << Math.min(failures, 10);
    return Duration.ofSeconds(Math.min(seconds, longest.toSeconds()));
  }

  /**
   * Milliseconds until a mail is due, 0 or more; null where none waits.
   *
   * @param now milliseconds since 1970
   */
  @Nullable Long dueIn(long now) {
    @Nullable Long earliest = null;
    for (RealmMails realm : realms.values()) {
      @Nullable Long at = realm.dueAt();
      if (at != null) {
        long in = Math.max(0, at - now);
        earliest = earliest == null ? in : Math.min(earliest, in);
      }
    }
    return earliest;
  }

  /** The mails of a realm whose mail server did not take the last one; 0 otherwise. */
  int afterFailure(String realmId) {
    @Nullable RealmMails realm = realms.get(realmId);
    return realm == null || realm.failures == 0 ? 0 : realm.due.size();
  }

  int size() {
    return size;
  }

  /**
   * When the occasion of the oldest mail was, in milliseconds since 1970; null where none waits.
   * Mails that have failed for a reason of their own do not count: a full mailbox is none of the
   * administrator's troubles.
   */
  @Nullable Long oldest() {
    return realms.values().stream()
        .flatMap(realm -> realm.due.stream())
        .filter(Attempt::isFirst)
        .map(attempt -> attempt.mail().millis())
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  private RealmMails realm(Notification mail) {
    return realms.computeIfAbsent(mail.realmId(), id -> new RealmMails());
  }

  private boolean reserve(Notification mail) {
    if (size >= CAPACITY || perUser.getOrDefault(user(mail), 0) >= MAX_PER_USER) {
      return false;
    }
    perUser.merge(user(mail), 1, Integer::sum);
    size++;
    return true;
  }

  private void release(Notification mail) {
    perUser.computeIfPresent(user(mail), (user, count) -> count == 1 ? null : count - 1);
    size--;
  }

  private static String user(Notification mail) {
    return mail.realmId() + '/' + mail.userId();
  }
}
