package dev.bulwark.limit;

import java.net.URI;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisMonitor;

/**
 * Counts the scripts of the limiter that a Redis runs, by MONITOR. In the package of the scripts,
 * whose names are not public. Thread-safe.
 */
public final class ScriptCalls implements AutoCloseable {

  private final Jedis connection;
  private final AtomicLong takes = new AtomicLong();
  private final AtomicLong others = new AtomicLong();

  /** Counts from now on. */
  public ScriptCalls(String redisUrl) {
    connection = new Jedis(URI.create(redisUrl), 0);
    Thread thread = new Thread(this::listen, "script-calls");
    thread.setDaemon(true);
    thread.start();
  }

  private void listen() {
    try {
      connection.monitor(
          new JedisMonitor() {
            @Override
            public void onCommand(String command) {
              count(command.toLowerCase(Locale.ROOT));
            }
          });
    } catch (RuntimeException e) {
      // Closed: nothing is counted any more.
    }
  }

  private void count(String command) {
    if (command.contains("\"evalsha\" \"" + Script.TAKE.sha1() + "\"")) {
      takes.incrementAndGet();
    } else if (command.contains("\"evalsha\"")) {
      others.incrementAndGet();
    }
  }

  /** Scripts that take a slot: an attempt waits for them. */
  public long takes() {
    return takes.get();
  }

  /** Scripts that settle what was taken, on a thread of their own: no attempt waits for them. */
  public long others() {
    return others.get();
  }

  @Override
  public void close() {
    connection.close();
  }
}
