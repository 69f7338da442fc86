package dev.bulwark.redis;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The connection with its circuit. A background thread opens the client, and after a failure probes
 * until Redis answers again; only then calls go to the network.
 */
final class GuardedRedisConnection implements RedisConnection, AutoCloseable {

  private static final Logger LOG = Logger.getLogger(GuardedRedisConnection.class);
  private static final Duration REMINDER = Duration.ofMinutes(1);

  private final RedisConfig config;
  private final Clock clock;
  private final Object probeSignal = new Object();

  private volatile @Nullable RedisTopology topology;
  private volatile RedisStatus status;
  private volatile boolean closed;
  private final AtomicLong outages = new AtomicLong();

  /** Whether the log has been told that Redis is away. */
  private volatile boolean announced = true;

  private @Nullable String awayError;
  private long awayAt;
  private @Nullable Thread prober;

  GuardedRedisConnection(RedisConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.status = new RedisStatus(false, clock.instant(), "not contacted yet");
  }

  /** Starts the background thread; further calls have no effect. */
  synchronized void start() {
    if (prober == null && !closed) {
      Thread thread = new Thread(this::probeUntilClosed, "bulwark-redis-probe");
      thread.setDaemon(true);
      prober = thread;
      thread.start();
    }
  }

  @Override
  public String key(String name) {
    return config.prefix() + name;
  }

  @Override
  public boolean isAvailable() {
    return status.available();
  }

  @Override
  public RedisStatus status() {
    return status;
  }

  @Override
  public long outages() {
    return outages.get();
  }

  @Override
  public <T> T call(Function<UnifiedJedis, T> commands) {
    return guarded(open -> commands.apply(open.client()));
  }

  @Override
  public List<RedisNode> nodes() {
    return guarded(RedisTopology::nodes);
  }

  @Override
  public <T> Map<RedisNode, List<T>> route(Collection<T> items, Function<T, String> key) {
    return guarded(open -> open.route(items, key));
  }

  @Override
  public <T> T pipeline(RedisNode node, Function<AbstractPipeline, T> job) {
    return guarded(
        open -> {
          try (AbstractPipeline pipeline = open.open(node)) {
            return job.apply(pipeline);
          }
        });
  }

  private <T> T guarded(Function<RedisTopology, T> job) {
    RedisStatus current = status;
    RedisTopology open = topology;
    if (!current.available() || open == null) {
      throw new RedisUnavailableException("Redis is away: " + current.error(), null);
    }
    try {
      return job.apply(open);
    } catch (JedisException e) {
      String error = RedisFailures.describe(e);
      if (RedisFailures.isOutage(e)) {
        away(error);
      }
      throw new RedisUnavailableException(error, e);
    }
  }

  private void probeUntilClosed() {
    // Report the first failure of a start at once, later ones only when something changed.
    @Nullable String reported = null;
    long reportedAt = 0;
    while (!closed) {
      if (status.available()) {
        heartbeat();
      } else {
        @Nullable String error = probe();
        if (error == null) {
          back();
          reported = null;
        } else {
          status = new RedisStatus(false, status.since(), error);
          long now = System.nanoTime();
          if (!error.equals(reported) && now - reportedAt > REMINDER.toNanos()
              || reported == null) {
            LOG.warnf(
                "Redis (%s, set by %surl) cannot be used: %s",
                RedisUrl.withoutSecrets(config.url()), RedisConfig.OPTION_PREFIX, error);
            reported = error;
            reportedAt = now;
          }
        }
      }
      synchronized (probeSignal) {
        if (!closed) {
          try {
            probeSignal.wait(config.probeInterval().toMillis());
          } catch (InterruptedException e) {
            return;
          }
        }
      }
    }
  }

  /** Null if Redis answered. */
  private @Nullable String probe() {
    try {
      RedisTopology open = topology;
      if (open == null) {
        open = RedisTopologies.open(config);
        topology = open;
      }
      open.reset();
      open.check();
      return null;
    } catch (JedisException e) {
      return RedisAdvice.describe(e, config);
    } catch (RuntimeException e) {
      // An unusable option: the message says which.
      return RedisFailures.describe(e);
    }
  }

  /** So that a Redis that nobody calls does not pass for one that is there. */
  private void heartbeat() {
    try {
      guarded(
          open -> {
            open.check();
            return true;
          });
    } catch (RedisUnavailableException e) {
      LOG.debugf("Redis does not take the probe key: %s", e.getMessage());
    }
  }

  private void away(String error) {
    synchronized (probeSignal) {
      if (!status.available()) {
        return;
      }
      // Before the status: whoever sees that Redis is away also sees that the number has changed.
      outages.incrementAndGet();
      status = new RedisStatus(false, clock.instant(), error);
      long now = System.nanoTime();
      // One that takes the probe key and refuses others comes and goes: not a line each time.
      announced = !error.equals(awayError) || now - awayAt > REMINDER.toNanos();
      if (announced) {
        awayError = error;
        awayAt = now;
      }
    }
    LOG.logf(
        announced ? Logger.Level.WARN : Logger.Level.DEBUG,
        "Redis does not serve: %s. It is probed until it does.",
        error);
  }

  private void back() {
    synchronized (probeSignal) {
      if (closed) {
        return;
      }
      status = new RedisStatus(true, clock.instant(), null);
    }
    LOG.logf(
        announced ? Logger.Level.INFO : Logger.Level.DEBUG,
        "Redis is available (%s)",
        RedisUrl.withoutSecrets(config.url()));
  }

  @Override
  public void close() {
    Thread thread;
    synchronized (this) {
      thread = prober;
    }
    synchronized (probeSignal) {
      closed = true;
      status = new RedisStatus(false, clock.instant(), "closed");
      probeSignal.notifyAll();
    }
    if (thread != null) {
      try {
        thread.join(config.connectTimeout().plus(config.commandTimeout()).toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    RedisTopology open = topology;
    topology = null;
    if (open != null) {
      try {
        open.close();
      } catch (JedisException e) {
        LOG.debugf(e, "Redis connections were lost while closing");
      }
    }
  }
}
