package dev.bulwark.checker;

import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * How Redis is talked to. Every wait is bounded. Immutable.
 *
 * @param user ACL user; null for the default user
 * @param password null for none
 * @param database 0 to 1023; a cluster has only 0
 * @param tls whether to use TLS; the certificate must bear the host's name
 * @param socketFactory of TLS sockets; null for the JVM's
 * @param connectTimeout for each address of the host, 10 ms to 60 s
 * @param commandTimeout longest wait for an answer, 10 ms to 60 s
 * @param poolSize connections to each node, 1 to 1024
 * @param poolWait longest wait for a connection, 1 ms to 60 s
 * @param nearCacheSize answers kept in this process by Redis' client-side caching, 0 for none, to
 *     1,000,000
 */
public record RedisSettings(
    @Nullable String user,
    @Nullable String password,
    int database,
    boolean tls,
    @Nullable SSLSocketFactory socketFactory,
    Duration connectTimeout,
    Duration commandTimeout,
    int poolSize,
    Duration poolWait,
    int nearCacheSize) {

  private static final Duration MIN = Duration.ofMillis(10);
  private static final Duration MAX = Duration.ofMinutes(1);

  /** Checks the ranges. */
  public RedisSettings {
    Ranges.require("database", database, 0, 1023);
    Ranges.require("connectTimeout", connectTimeout, MIN, MAX);
    Ranges.require("commandTimeout", commandTimeout, MIN, MAX);
    Ranges.require("poolSize", poolSize, 1, 1024);
    Ranges.require("poolWait", poolWait, Duration.ofMillis(1), MAX);
    Ranges.require("nearCacheSize", nearCacheSize, 0, 1_000_000);
    if (user != null && password == null) {
      throw new IllegalArgumentException("user needs a password");
    }
  }

  /** No password, no TLS, 500 ms for a connection and for an answer, 16 connections. */
  public static RedisSettings defaults() {
    return new RedisSettings(
        null,
        null,
        0,
        false,
        null,
        Duration.ofMillis(500),
        Duration.ofMillis(500),
        16,
        Duration.ofMillis(100),
        0);
  }

  /** These settings with credentials. */
  public RedisSettings withCredentials(@Nullable String newUser, String newPassword) {
    return new RedisSettings(
        newUser,
        newPassword,
        database,
        tls,
        socketFactory,
        connectTimeout,
        commandTimeout,
        poolSize,
        poolWait,
        nearCacheSize);
  }

  /** These settings with another database. */
  public RedisSettings withDatabase(int value) {
    return new RedisSettings(
        user,
        password,
        value,
        tls,
        socketFactory,
        connectTimeout,
        commandTimeout,
        poolSize,
        poolWait,
        nearCacheSize);
  }

  /** These settings with TLS; null for the JVM's authorities. */
  public RedisSettings withTls(@Nullable SSLSocketFactory factory) {
    return new RedisSettings(
        user,
        password,
        database,
        true,
        factory,
        connectTimeout,
        commandTimeout,
        poolSize,
        poolWait,
        nearCacheSize);
  }

  /** These settings with other time-outs. */
  public RedisSettings withTimeouts(Duration connect, Duration command) {
    return new RedisSettings(
        user,
        password,
        database,
        tls,
        socketFactory,
        connect,
        command,
        poolSize,
        poolWait,
        nearCacheSize);
  }

  /** These settings with another pool. */
  public RedisSettings withPool(int size, Duration wait) {
    return new RedisSettings(
        user,
        password,
        database,
        tls,
        socketFactory,
        connectTimeout,
        commandTimeout,
        size,
        wait,
        nearCacheSize);
  }

  /** These settings with a near-cache of that many answers; 0 for none. */
  public RedisSettings withNearCache(int size) {
    return new RedisSettings(
        user,
        password,
        database,
        tls,
        socketFactory,
        connectTimeout,
        commandTimeout,
        poolSize,
        poolWait,
        size);
  }

  @Override
  public String toString() {
    return "RedisSettings[user="
        + user
        + ", password="
        + (password == null ? "none" : "***")
        + ", database="
        + database
        + ", tls="
        + tls
        + ", connectTimeout="
        + connectTimeout
        + ", commandTimeout="
        + commandTimeout
        + ", poolSize="
        + poolSize
        + ", poolWait="
        + poolWait
        + ", nearCacheSize="
        + nearCacheSize
        + "]";
  }
}
