package dev.bulwark.notify;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many mails of one occasion a user gets: {@value #MAX_PER_HOUR} within an hour. A script that
 * changes API keys in a loop then fills no mailbox, and hides no mail about anything else. Pure;
 * not thread-safe; bounded.
 */
final class MailRates {

  static final int MAX_PER_HOUR = 10;

  private static final int MAX_ENTRIES = 20_000;
  private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

  private final Map<String, Deque<Long>> times =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
          return size() > MAX_ENTRIES;
        }
      };

  /**
   * Counts a mail, unless there were enough.
   *
   * @param now milliseconds since 1970
   */
  boolean take(Notification mail, long now) {
    String key = mail.occasion().label() + '/' + mail.realmId() + '/' + mail.userId();
    Deque<Long> earlier = times.computeIfAbsent(key, unknown -> new ArrayDeque<>());
    while (!earlier.isEmpty() && now - earlier.peekFirst() >= HOUR_MILLIS) {
      earlier.removeFirst();
    }
    if (earlier.size() >= MAX_PER_HOUR) {
      return false;
    }
    earlier.addLast(now);
    return true;
  }
}
