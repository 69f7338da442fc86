package dev.bulwark.apikey.store;

import dev.bulwark.apikey.store.ApiKeyIndex.Usage;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests per key since the last flush. No request is lost or counted twice between {@link #count}
 * and {@link #drain}. Safe for use by several threads.
 */
public final class UsageCounter {

  private final ConcurrentHashMap<String, Usage> pending = new ConcurrentHashMap<>();

  /**
   * Counts a request.
   *
   * @param now epoch milliseconds
   */
  public void count(String keyId, long now) {
    add(keyId, new Usage(1, now));
  }

  /** Takes all counts out, sorted by key. */
  public SortedMap<String, Usage> drain() {
    SortedMap<String, Usage> drained = new TreeMap<>();
    for (String id : pending.keySet()) {
      Usage usage = pending.remove(id);
      if (usage != null) {
        drained.put(id, usage);
      }
    }
    return drained;
  }

  /** Puts counts back that could not be written. */
  public void restore(Map<String, Usage> usage) {
    usage.forEach(this::add);
  }

  /** What is not written yet for a key; a count of 0 if nothing is. */
  public Usage pending(String keyId) {
    return pending.getOrDefault(keyId, new Usage(0, 0));
  }

  /** How many keys have counts to write. */
  public int size() {
    return pending.size();
  }

  private void add(String keyId, Usage more) {
    pending.merge(
        keyId,
        more,
        (have, add) -> new Usage(have.count() + add.count(), Math.max(have.last(), add.last())));
  }
}
