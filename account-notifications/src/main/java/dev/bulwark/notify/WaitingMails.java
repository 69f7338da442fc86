package dev.bulwark.notify;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The mails that wait to be sent, by realm. Bounded in all and for each user, so that nobody's own
 * mails crowd out those of others. After a failure of a realm's mail server all mails of that realm
 * pause, longer each time; other realms go on. Pure; not thread-safe.
 */
final class WaitingMails {

  /** Most mails that wait. */
  static final int CAPACITY = 10_000;

  /** Most mails of one user that wait. */
  static final int OF_USER = 50;

  /** A mail that is older than that tells nobody anything new. */
  static final Duration LIFE = Duration.ofHours(24);

  static final Duration FIRST_PAUSE = Duration.ofSeconds(15);
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

  private final Map<String, OfRealm> realms = new LinkedHashMap<>();
  private final Map<String, Integer> perUser = new HashMap<>();
  private int size;

  private static final class OfRealm {
    final Deque<Notification> mails = new ArrayDeque<>();
    int failures;
    long pausedUntil;
  }

  /** Adds a mail; false where there is no room for it, in all or for its user. */
  boolean add(Notification mail) {
    int ofUser = perUser.getOrDefault(user(mail), 0);
    if (size >= CAPACITY || ofUser >= OF_USER) {
      return false;
    }
    put(mail);
    return true;
  }

  private void put(Notification mail) {
    realms.computeIfAbsent(mail.realmId(), id -> new OfRealm()).mails.addLast(mail);
    perUser.merge(user(mail), 1, Integer::sum);
    size++;
  }

  /**
   * Takes the next mail whose realm does not pause, of each realm in turn; null where none is due.
   *
   * @param now milliseconds since 1970
   */
  @Nullable Notification poll(long now) {
    Iterator<Map.Entry<String, OfRealm>> all = realms.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, OfRealm> realm = all.next();
      OfRealm waiting = realm.getValue();
      if (waiting.pausedUntil > now) {
        continue;
      }
      @Nullable Notification mail = waiting.mails.pollFirst();
      all.remove();
      if (mail != null) {
        // To the end of the line, with its count of failures.
        realms.put(realm.getKey(), waiting);
        perUser.computeIfPresent(user(mail), (user, count) -> count == 1 ? null : count - 1);
        size--;
        return mail;
      }
      return poll(now);
    }
    return null;
  }

  /** The realm's mail server has taken a mail, or refused one for its address alone. */
  void succeeded(String realmId) {
    @Nullable OfRealm realm = realms.get(realmId);
    if (realm != null) {
      realm.failures = 0;
      realm.pausedUntil = 0;
    }
  }

  /**
   * The realm's mail server has failed: its mails pause, and this one goes to their end, so that a
   * mail that always fails keeps no other back.
   *
   * @param now milliseconds since 1970
   * @return whether the mail will be tried again; false where it is too old or there is no room
   */
  boolean failed(Notification mail, long now) {
    OfRealm realm = realms.computeIfAbsent(mail.realmId(), id -> new OfRealm());
    realm.pausedUntil = now + pause(realm.failures).toMillis();
    realm.failures++;
    return now - mail.millis() < LIFE.toMillis() && add(mail);
  }

  /** The pause after so many failures before this one. */
  static Duration pause(int failures) {
    long seconds = FIRST_PAUSE.toSeconds() << Math.min(failures, 10);
    return Duration.ofSeconds(Math.min(seconds, LONGEST_PAUSE.toSeconds()));
  }

  /**
   * Milliseconds until a mail is due, 0 or more; null where none waits.
   *
   * @param now milliseconds since 1970
   */
  @Nullable Long dueIn(long now) {
    @Nullable Long earliest = null;
    for (OfRealm realm : realms.values()) {
      if (!realm.mails.isEmpty()) {
        long in = Math.max(0, realm.pausedUntil - now);
        earliest = earliest == null ? in : Math.min(earliest, in);
      }
    }
    return earliest;
  }

  int size() {
    return size;
  }

  private static String user(Notification mail) {
    return mail.realmId() + '/' + mail.userId();
  }
}
