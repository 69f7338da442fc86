package dev.bulwark.checker;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Reads the watermark of each primary once a second, on a thread of its own that starts with the
 * first check. It also bounds the life of what the near-cache holds: a lost connection would leave
 * an answer in there for ever. Thread-safe.
 */
final class Watch implements AutoCloseable {

  /** Between two readings. */
  static final Duration INTERVAL = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private final Function<OpenRedis, List<String>> watermarks;
  private final Keys keys;
  private final Unconfirmed unconfirmed;
  private final long clearInterval;
  private final long startWait;
  private final Object signal = new Object();
  private final ReentrantLock starting = new ReentrantLock();

  private volatile Watermarks seen = new Watermarks(Map.of());
  private volatile boolean started;
  private volatile int failures;
  private @Nullable JedisException failure;
  private boolean closed;
  private long cleared = System.nanoTime();
  private @Nullable Thread thread;

  /**
   * A watch.
   *
   * @param watermarks the keys to read; those of a cluster change with it
   * @param unconfirmed told about each reading
   * @param nearCacheMaxAge more than {@link #INTERVAL}
   * @param startWait longest wait for another thread's first reading
   */
  Watch(
      Keys keys,
      Function<OpenRedis, List<String>> watermarks,
      Unconfirmed unconfirmed,
      Duration nearCacheMaxAge,
      Duration startWait) {
    this.keys = keys;
    this.unconfirmed = unconfirmed;
    this.watermarks = watermarks;
    this.clearInterval = nearCacheMaxAge.minus(INTERVAL).toNanos();
    this.startWait = startWait.toNanos();
  }

  /**
   * What was last seen; it grows old by itself when Redis is away. The first call reads it.
   *
   * @throws JedisException if the first call cannot
   */
  Watermarks seen(OpenRedis redis) {
    if (!started) {
      start(redis);
    }
    return seen;
  }

  /** Of the first callers one reads; the others wait for it and share what comes of it. */
  private void start(OpenRedis redis) {
    int before = failures;
    try {
      if (!starting.tryLock(startWait, TimeUnit.NANOSECONDS)) {
        throw waitedInVain(new SocketTimeoutException("It takes too long."));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw waitedInVain(e);
    }
    try {
      if (started) {
        return;
      }
      if (failures != before) {
        throw waitedInVain(failure);
      }
      readFirst(redis);
      launch(redis);
    } finally {
      starting.unlock();
    }
  }

  private void readFirst(OpenRedis redis) {
    try {
      Map<String, Watermarks.Mark> marks = new HashMap<>();
      JedisException unread = read(redis, marks);
      if (unread != null) {
        throw unread;
      }
      seen = new Watermarks(marks);
    } catch (JedisException e) {
      failure = e;
      failures++;
      throw e;
    }
  }

  private static JedisConnectionException waitedInVain(@Nullable Exception why) {
    return new JedisConnectionException("Another thread could not read the watermark.", why);
  }

  private void launch(OpenRedis redis) {
    synchronized (signal) {
      if (closed) {
        return;
      }
      Thread watcher = new Thread(() -> watchUntilClosed(redis), "bulwark-checker-watch");
      watcher.setDaemon(true);
      thread = watcher;
      watcher.start();
      started = true;
    }
  }

  private void watchUntilClosed(OpenRedis redis) {
    while (await()) {
      boolean holds = look(redis);
      long now = System.nanoTime();
      if (redis.nearCache() != null && (!holds || now - cleared >= clearInterval)) {
        redis.nearCache().flush();
        cleared = now;
      }
    }
  }

  /** Whether all is well. */
  private boolean look(OpenRedis redis) {
    try {
      unconfirmed.begin();
      Map<String, Watermarks.Mark> marks = new HashMap<>();
      JedisException unread = read(redis, marks);
      Watermarks now = new Watermarks(marks);
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
    } catch (JedisException e) {
      // The checks find out for themselves; what was seen grows old.
      LOG.debug("The watermark cannot be read: {}", RedisFailures.describe(e));
      if (!RedisFailures.isExhaustedPool(e)) {
        redis.dropIdleConnections();
      }
      return false;
    }
  }

  /**
   * Reads them all. One that does not answer must not hide that another was emptied: what it said
   * last stands and grows old.
   *
   * @param marks gets them
   * @return why one could not be read; null if all could
   */
  private @Nullable JedisException read(OpenRedis redis, Map<String, Watermarks.Mark> marks) {
    JedisException unread = null;
    for (String key : watermarks.apply(redis)) {
      try {
        List<@Nullable String> values = redis.client().mget(key, keys.epoch(key), keys.since(key));
        String epoch = values.get(1);
        marks.put(
            key,
            new Watermarks.Mark(
                Reading.completeUntil(values.get(0)),
                Reading.completeUntil(values.get(2)),
                epoch == null ? "" : epoch));
      } catch (JedisException e) {
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
