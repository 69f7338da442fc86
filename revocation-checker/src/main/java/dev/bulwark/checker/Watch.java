package dev.bulwark.checker;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
  private final long clearInterval;
  private final Object signal = new Object();

  private volatile long completeUntil = Reading.NEVER;
  private volatile boolean started;
  private boolean closed;
  private long cleared = System.nanoTime();
  private @Nullable Thread thread;

  /**
   * A watch.
   *
   * @param watermarks the keys to read; those of a cluster change with it
   * @param nearCacheMaxAge more than {@link #INTERVAL}
   */
  Watch(Function<OpenRedis, List<String>> watermarks, Duration nearCacheMaxAge) {
    this.watermarks = watermarks;
    this.clearInterval = nearCacheMaxAge.minus(INTERVAL).toNanos();
  }

  /**
   * What was last seen; it grows old by itself when Redis is away. The first call reads it.
   *
   * @throws JedisException if the first call cannot
   */
  long completeUntil(OpenRedis redis) {
    if (!started) {
      start(redis);
    }
    return completeUntil;
  }

  private void start(OpenRedis redis) {
    synchronized (signal) {
      if (started || closed) {
        return;
      }
      completeUntil = read(redis);
      Thread watcher = new Thread(() -> watchUntilClosed(redis), "bulwark-checker-watch");
      watcher.setDaemon(true);
      thread = watcher;
      watcher.start();
      started = true;
    }
  }

  private void watchUntilClosed(OpenRedis redis) {
    while (await()) {
      boolean seen = look(redis);
      long now = System.nanoTime();
      if (redis.nearCache() != null && (!seen || now - cleared >= clearInterval)) {
        redis.nearCache().flush();
        cleared = now;
      }
    }
  }

  /** Whether all is well. */
  private boolean look(OpenRedis redis) {
    try {
      completeUntil = read(redis);
      return completeUntil != Reading.NEVER;
    } catch (JedisException e) {
      // The checks find out for themselves; what was seen grows old.
      LOG.debug("The watermark cannot be read: {}", RedisFailures.describe(e));
      if (!RedisFailures.isExhaustedPool(e)) {
        redis.dropIdleConnections();
      }
      return false;
    }
  }

  /** The least of all primaries: a token may be on any. */
  private long read(OpenRedis redis) {
    long least = Long.MAX_VALUE;
    for (String key : watermarks.apply(redis)) {
      least = Math.min(least, Reading.completeUntil(redis.client().get(key)));
    }
    return least;
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
