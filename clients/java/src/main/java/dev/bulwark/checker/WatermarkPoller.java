package dev.bulwark.checker;

import dev.bulwark.checker.RedisUnavailableException.Kind;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the watermark of each primary once a second, on a thread of its own that starts with the
 * first check. It also bounds the life of what the near-cache holds: a lost connection would leave
 * an answer in there for ever. Thread-safe.
 */
final class WatermarkPoller implements AutoCloseable {

  /** Between two readings. */
  static final Duration INTERVAL = Duration.ofSeconds(1);

  /** The state of a further realm is read for each of its tokens. */
  private static final int MOST_REALMS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(WatermarkPoller.class);

  private final Function<RedisAccess, List<String>> watermarks;
  private final WatermarkReader reader;
  private final PendingAnswers unconfirmed;
  private final long clearInterval;
  private final long startWait;
  private final Object signal = new Object();
  private final ReentrantLock starting = new ReentrantLock();

  private volatile Watermarks seen = new Watermarks(Map.of(), Set.of());

  /** Those that tokens have named, up to {@link #MOST_REALMS}. */
  private final Set<String> realms = ConcurrentHashMap.newKeySet();

  private volatile int failures;
  private @Nullable RedisUnavailableException failure;
  private boolean closed;
  private long cleared = System.nanoTime();
  private volatile @Nullable Thread thread;

  /**
   * A watch.
   *
   * @param watermarks the keys to read; those of a cluster change with it
   * @param unconfirmed told about each reading
   * @param nearCacheMaxAge more than {@link #INTERVAL}
   * @param startWait longest wait for another thread's first reading
   */
  WatermarkPoller(
      Keys keys,
      Function<RedisAccess, List<String>> watermarks,
      PendingAnswers unconfirmed,
      Duration nearCacheMaxAge,
      Duration startWait) {
    this.reader = new WatermarkReader(keys);
    this.unconfirmed = unconfirmed;
    this.watermarks = watermarks;
    this.clearInterval = nearCacheMaxAge.minus(INTERVAL).toNanos();
    this.startWait = startWait.toNanos();
  }

  /**
   * What was last seen; it grows old by itself when Redis is away. The first call reads it, and so
   * does the first one after the end of the thread. The first calls for a realm read its state.
   *
   * @param realm whose state is wanted; null for none
   * @throws RedisUnavailableException if this call reads it, and cannot
   */
  Watermarks seen(RedisAccess redis, @Nullable String realm) {
    if (realm != null && !realms.contains(realm) && realms.size() < MOST_REALMS) {
      realms.add(realm);
    }
    if (!isWatching()) {
      start(redis);
    }
    Watermarks last = seen;
    return realm == null || last.realms().contains(realm)
        ? last
        : reader.withState(redis, last, realm);
  }

  /** An error ends the thread, and so does an application that interrupts all of its threads. */
  private boolean isWatching() {
    Thread watcher = thread;
    return watcher != null && watcher.isAlive();
  }

  /** Of the first callers one reads; the others wait for it and share what comes of it. */
  private void start(RedisAccess redis) {
    int before = failures;
    try {
      if (!starting.tryLock(startWait, TimeUnit.NANOSECONDS)) {
        throw otherThreadFailed(Kind.OTHER, new SocketTimeoutException("It takes too long."));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw otherThreadFailed(Kind.INTERRUPTED, e);
    }
    try {
      if (isWatching()) {
        return;
      }
      if (failures != before) {
        throw otherThreadFailed(Kind.OTHER, failure);
      }
      readFirst(redis);
      launch(redis);
    } finally {
      starting.unlock();
    }
  }

  private void readFirst(RedisAccess redis) {
    try {
      Map<String, Watermarks.Mark> marks = new HashMap<>();
      List<String> asked = List.copyOf(realms);
      RedisUnavailableException unread = read(redis, asked, marks);
      if (unread != null) {
        throw unread;
      }
      seen = new Watermarks(marks, Set.copyOf(asked));
      if (thread != null) {
        discardUnwatchedAnswers(redis);
      }
    } catch (RedisUnavailableException e) {
      // Whoever was interrupted found nothing out that others could share.
      if (e.kind() != Kind.INTERRUPTED) {
        failure = e;
        failures++;
      }
      throw e;
    }
  }

  /** Since the thread has ended, a primary may have been emptied. */
  private void discardUnwatchedAnswers(RedisAccess redis) {
    unconfirmed.lose();
    clear(redis, false);
  }

  private static RedisUnavailableException otherThreadFailed(Kind kind, @Nullable Exception why) {
    return new RedisUnavailableException(kind, "Another thread could not read the watermark.", why);
  }

  private void launch(RedisAccess redis) {
    synchronized (signal) {
      if (closed) {
        return;
      }
      Thread watcher = new Thread(() -> pollUntilClosed(redis), "bulwark-checker-watch");
      watcher.setDaemon(true);
      watcher.start();
      thread = watcher;
    }
  }

  private void pollUntilClosed(RedisAccess redis) {
    boolean broken = false;
    while (await()) {
      try {
        boolean holds = false;
        try {
          holds = poll(redis);
        } finally {
          clear(redis, holds);
        }
        broken = false;
      } catch (RuntimeException e) {
        // Of an application's own RedisAccess. Without the watch, no answer would count any more.
        if (!broken) {
          LOG.warn("The watermark cannot be read, and is tried again", e);
        }
        broken = true;
      }
    }
  }

  private void clear(RedisAccess redis, boolean holds) {
    long now = System.nanoTime();
    if (redis.isNearCached() && (!holds || now - cleared >= clearInterval)) {
      redis.clearNearCache();
      cleared = now;
    }
  }

  /** Whether all is well. */
  private boolean poll(RedisAccess redis) {
    try {
      unconfirmed.begin();
      Map<String, Watermarks.Mark> marks = new HashMap<>();
      List<String> asked = List.copyOf(realms);
      RedisUnavailableException unread = read(redis, asked, marks);
      Watermarks now = new Watermarks(marks, Set.copyOf(asked));
      boolean holds = now.continues(seen);
      // Before the loss is told: an answer with the old watermark is then too late to be noted.
      seen = now;
      if (!holds) {
        unconfirmed.lose();
      }
      if (unread != null) {
        throw unread;
      }
      if (holds) {
        unconfirmed.confirm();
      }
      return holds;
    } catch (RedisUnavailableException e) {
      // The checks find out for themselves; what was seen grows old.
      LOG.debug("The watermark cannot be read: {}", FailureText.of(e));
      if (e.kind().isOfRedis()) {
        redis.dropIdleConnections();
      }
      return false;
    }
  }

  /**
   * Reads them all. One that does not answer must not hide that another was emptied: what it said
   * last stands and grows old.
   *
   * @param asked realms whose states are read
   * @param marks gets them
   * @return why one could not be read; null if all could
   */
  private @Nullable RedisUnavailableException read(
      RedisAccess redis, List<String> asked, Map<String, Watermarks.Mark> marks) {
    RedisUnavailableException unread = null;
    for (String key : watermarks.apply(redis)) {
      try {
        marks.put(key, reader.mark(redis, key, asked));
      } catch (RedisUnavailableException e) {
        unread = e;
        Watermarks.Mark last = seen.marks().get(key);
        if (last != null) {
          marks.put(key, last);
        }
      }
    }
    return unread;
  }

  /** False when closed. */
  private boolean await() {
    synchronized (signal) {
      if (!closed) {
        try {
          signal.wait(INTERVAL.toMillis());
        } catch (InterruptedException e) {
          return false;
        }
      }
      return !closed;
    }
  }

  @Override
  public void close() {
    Thread watcher;
    synchronized (signal) {
      closed = true;
      watcher = thread;
      signal.notifyAll();
    }
    if (watcher != null) {
      try {
        watcher.join(INTERVAL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
