package dev.bulwark.events.outbox;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Selects the events of a round. The order keys take turns, beginning after the one that was last.
 * So one that waits, or whose first event fails, takes no room from others, however many events it
 * has: of each key only so many rows are read as a round has events. Not for use by several
 * threads.
 */
final class RoundRobinSelector {

  /**
   * Sorts before each order key. An empty text will not do: to some databases it is no value at
   * all.
   */
  private static final String START = " ";

  /** A row of the index, as far as the selection needs it. */
  record Row(long id, String orderKey, long nextAt) {}

  /** The rows, in the order of the order key and then of the id. */
  interface Index {

    /**
     * Reads some of the first rows in a range.
     *
     * @param after order key below the first
     * @param upTo the last order key; null for no end
     */
    List<Row> read(String after, @Nullable String upTo, int max);
  }

  /**
   * What the round sends.
   *
   * @param ids the first events of all keys, then the second ones and so on
   * @param more whether further ones could be sent
   */
  record Selection(List<Long> ids, boolean more) {}

  private final Index index;
  private final long now;
  private final int max;
  private final Map<String, List<Long>> queues = new LinkedHashMap<>();
  private boolean more;

  private RoundRobinSelector(Index index, long now, int max) {
    this.index = index;
    this.now = now;
    this.max = max;
  }

  /**
   * Selects.
   *
   * @param last order key that had its turn last; null for none
   * @param now epoch milliseconds
   * @param max so many events at most, and so many rows at each look
   */
  static Selection select(Index index, @Nullable String last, long now, int max) {
    RoundRobinSelector selector = new RoundRobinSelector(index, now, max);
    selector.scan(last == null ? START : last, null);
    if (last != null) {
      selector.scan(START, last);
    }
    return selector.selection();
  }

  /** Each look begins at the first row of an order key: the other rows of the last are skipped. */
  private void scan(String start, @Nullable String upTo) {
    String after = start;
    while (queues.size() < max) {
      List<Row> rows = index.read(after, upTo, max);
      add(rows);
      if (rows.size() < max) {
        return;
      }
      after = rows.get(rows.size() - 1).orderKey();
      more |= queues.containsKey(after);
    }
    more = true;
  }

  private void add(List<Row> rows) {
    Set<String> waiting = new HashSet<>();
    for (Row row : rows) {
      if (row.nextAt() > now) {
        waiting.add(row.orderKey());
      } else if (!waiting.contains(row.orderKey())) {
        queues.computeIfAbsent(row.orderKey(), key -> new ArrayList<>()).add(row.id());
      }
    }
  }

  private Selection selection() {
    List<Long> ids = new ArrayList<>();
    int candidates = queues.values().stream().mapToInt(List::size).sum();
    for (int place = 0; ids.size() < Math.min(max, candidates); place++) {
      for (List<Long> queue : queues.values()) {
        if (place < queue.size() && ids.size() < max) {
          ids.add(queue.get(place));
        }
      }
    }
    return new Selection(ids, more || ids.size() < candidates);
  }
}
