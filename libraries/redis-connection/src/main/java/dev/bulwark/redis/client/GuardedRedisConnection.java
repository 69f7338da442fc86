package dev.bulwark.redis.client;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import dev.bulwark.redis.RedisOperation;
import dev.bulwark.redis.RedisStatus;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.redis.topology.RedisConfig;
import dev.bulwark.redis.topology.RedisFailures;
import dev.bulwark.redis.topology.RedisTopologies;
import dev.bulwark.redis.topology.RedisTopology;
import dev.bulwark.redis.topology.RedisUrl;
import dev.bulwark.trace.Spans;
import dev.bulwark.trace.TraceSpan;
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
  private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

  private final RedisConfig config;
  private final Clock clock;
  private final Spans spans;
  private final Object probeSignal = new Object();

  private volatile @Nullable RedisTopology topology;
  private volatile RedisStatus status;
  private volatile boolean closed;
  private final AtomicLong outages = new AtomicLong();

  /** Whether the log has been told that Redis is away. */
  private volatile boolean announced = true;

  private @Nullable String outageError;
  private long outageLoggedAt;
  private @Nullable Thread prober;

  GuardedRedisConnection(RedisConfig config, Clock clock) {
    this(config, clock, new Spans());
  }

  GuardedRedisConnection(RedisConfig config, Clock clock, Spans spans) {
    this.config = config;
    this.clock = clock;
    this.spans = spans;
    this.status =
        (isConfigured() ? RedisFailure.NOT_CONTACTED : RedisFailure.NOT_CONFIGURED)
            .since(clock.instant());
  }

  /** Starts the background thread; further calls have no effect. */
  synchronized void start() {
    if (!isConfigured()) {
      LOG.infof(
          "No Redis is configured (%surl). Each node limits logins and API keys alone, and"
              + " applications learn of revoked tokens by token status lists only.",
          RedisConfig.OPTION_PREFIX);
    } else if (prober == null && !closed) {
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
  public boolean isConfigured() {
    return !config.url().isEmpty();
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
  public <T> T call(RedisOperation operation, Function<UnifiedJedis, T> commands) {
    return traced(operation, null, open -> commands.apply(open.client()));
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
    return traced(
        RedisOperation.PIPELINE,
        node,
        open -> {
          try (AbstractPipeline pipeline = open.open(node)) {
            return job.apply(pipeline);
          }
        });
  }

  /** In a span, where the caller is in one: neither probes nor rounds in the background are. */
  private <T> T traced(
      RedisOperation operation, @Nullable RedisNode node, Function<RedisTopology, T> job) {
    return guarded(
        open -> {
          try (TraceSpan span = spans.clientChild(operation.span())) {
            RedisSpan.describe(span, operation, open, node);
            try {
              return job.apply(open);
            } catch (JedisException e) {
              RedisSpan.failed(span, e);
              throw e;
            }
          }
        });
  }

  private <T> T guarded(Function<RedisTopology, T> job) {
    RedisStatus current = status;
    RedisTopology open = topology;
    if (!current.available() || open == null) {
      throw new RedisUnavailableException("Redis is unreachable: " + current.error(), null);
    }
    try {
      return job.apply(open);
    } catch (JedisException e) {
      RedisFailure failure = RedisFailure.ofCommand(e);
      if (RedisFailures.isOutage(e)) {
        outageBegan(failure);
      }
      throw new RedisUnavailableException(failure.text(), e);
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
        @Nullable RedisFailure failure = probe();
        if (failure == null) {
          outageEnded();
          reported = null;
        } else {
          status = failure.since(status.since());
          String error = failure.text();
          long now = System.nanoTime();
          if (!error.equals(reported) && now - reportedAt > LOG_INTERVAL.toNanos()
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
  private @Nullable RedisFailure probe() {
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
      return RedisFailure.ofConnection(e, config);
    } catch (RuntimeException e) {
      return RedisFailure.ofOption(e);
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

  private void outageBegan(RedisFailure failure) {
    String error = failure.text();
    synchronized (probeSignal) {
      if (!status.available()) {
        return;
      }
      // Before the status: whoever sees that Redis is away also sees that the number has changed.
      outages.incrementAndGet();
      status = failure.since(clock.instant());
      long now = System.nanoTime();
      // One that takes the probe key and refuses others comes and goes: not a line each time.
      announced = !error.equals(outageError) || now - outageLoggedAt > LOG_INTERVAL.toNanos();
      if (announced) {
        outageError = error;
        outageLoggedAt = now;
      }
    }
    LOG.logf(
        announced ? Logger.Level.WARN : Logger.Level.DEBUG,
        "Redis does not serve: %s. It is probed until it does.",
        error);
  }

  private void outageEnded() {
    synchronized (probeSignal) {
      if (closed) {
        return;
      }
      status = new RedisStatus(true, clock.instant(), null, null);
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
      status = RedisFailure.CLOSED.since(clock.instant());
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
