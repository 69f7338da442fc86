package dev.bulwark.checker.jedis;

import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** How {@link JedisAccess} talks to Redis. Every wait is bounded. Immutable. */
public final class JedisSettings {

  private static final Duration MIN = Duration.ofMillis(10);
  private static final Duration MAX = Duration.ofMinutes(1);

  private final @Nullable String user;
  private final @Nullable String password;
  private final int database;
  private final boolean tls;
  private final @Nullable SSLSocketFactory socketFactory;
  private final Duration connectTimeout;
  private final Duration commandTimeout;
  private final int poolSize;
  private final Duration poolWait;
  private final int nearCacheSize;

  private JedisSettings(Builder builder) {
    this.user = builder.user;
    this.password = builder.password;
    this.database = builder.database;
    this.tls = builder.tls;
    this.socketFactory = builder.socketFactory;
    this.connectTimeout = builder.connectTimeout;
    this.commandTimeout = builder.commandTimeout;
    this.poolSize = builder.poolSize;
    this.poolWait = builder.poolWait;
    this.nearCacheSize = builder.nearCacheSize;
  }

  /** Returns a builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the defaults: no password, no TLS, 500 ms to connect and to answer, 16 connections. */
  public static JedisSettings defaults() {
    return builder().build();
  }

  /** Returns a builder with these settings. */
  public Builder toBuilder() {
    Builder builder = builder();
    builder.user = user;
    builder.password = password;
    builder.database = database;
    builder.tls = tls;
    builder.socketFactory = socketFactory;
    builder.connectTimeout = connectTimeout;
    builder.commandTimeout = commandTimeout;
    builder.poolSize = poolSize;
    builder.poolWait = poolWait;
    builder.nearCacheSize = nearCacheSize;
    return builder;
  }

  /** Returns the ACL user; null for the default user. */
  public @Nullable String user() {
    return user;
  }

  @Nullable String password() {
    return password;
  }

  /** Returns the database, 0 to 1023. */
  public int database() {
    return database;
  }

  /** Whether connections use TLS. */
  public boolean tls() {
    return tls;
  }

  /** Returns what makes TLS sockets; null for the JVM's default. */
  public @Nullable SSLSocketFactory socketFactory() {
    return socketFactory;
  }

  /** Returns the longest wait for a connection, for each address of the host. */
  public Duration connectTimeout() {
    return connectTimeout;
  }

  /** Returns the longest wait for an answer. */
  public Duration commandTimeout() {
    return commandTimeout;
  }

  /** Returns the number of connections to each node. */
  public int poolSize() {
    return poolSize;
  }

  /** Returns the longest wait for a free connection of the pool. */
  public Duration poolWait() {
    return poolWait;
  }

  /** Returns how many answers are kept in this process; 0 for none. */
  public int nearCacheSize() {
    return nearCacheSize;
  }

  @Override
  public String toString() {
    return "JedisSettings[user="
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

  /** Collects settings. Not thread-safe. */
  public static final class Builder {

    private @Nullable String user;
    private @Nullable String password;
    private int database;
    private boolean tls;
    private @Nullable SSLSocketFactory socketFactory;
    private Duration connectTimeout = Duration.ofMillis(500);
    private Duration commandTimeout = Duration.ofMillis(500);
    private int poolSize = 16;
    private Duration poolWait = Duration.ofMillis(100);
    private int nearCacheSize;

    private Builder() {}

    /**
     * Sets credentials. Default: none.
     *
     * @param newUser ACL user; null for the default user
     */
    public Builder credentials(@Nullable String newUser, String newPassword) {
      user = newUser;
      password = newPassword;
      return this;
    }

    /**
     * Sets the database. Default: 0.
     *
     * @param value 0 to 1023; 0 in a cluster
     */
    public Builder database(int value) {
      database = value;
      return this;
    }

    /** Uses TLS with the JVM's authorities. The certificate must bear the host's name. */
    public Builder tls() {
      tls = true;
      return this;
    }

    /** Uses TLS. The certificate must bear the host's name. */
    public Builder tls(SSLSocketFactory factory) {
      tls = true;
      socketFactory = factory;
      return this;
    }

    /**
     * Sets the longest wait for a connection, for each address of the host. Default: 500 ms.
     *
     * @param value 10 ms to 60 s
     */
    public Builder connectTimeout(Duration value) {
      connectTimeout = value;
      return this;
    }

    /**
     * Sets the longest wait for an answer. Default: 500 ms.
     *
     * @param value 10 ms to 60 s
     */
    public Builder commandTimeout(Duration value) {
      commandTimeout = value;
      return this;
    }

    /**
     * Sets the number of connections to each node. Default: 16.
     *
     * @param value 1 to 1024
     */
    public Builder poolSize(int value) {
      poolSize = value;
      return this;
    }

    /**
     * Sets the longest wait for a free connection of the pool. Default: 100 ms.
     *
     * @param value 1 ms to 60 s
     */
    public Builder poolWait(Duration value) {
      poolWait = value;
      return this;
    }

    /**
     * Sets how many answers are kept in this process by Redis' client-side caching. Default: 0, no
     * near-cache.
     *
     * @param value 0 to 1,000,000
     */
    public Builder nearCacheSize(int value) {
      nearCacheSize = value;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names the
     *     setting
     */
    public JedisSettings build() {
      require("database", database, 0, 1023);
      require("connectTimeout", connectTimeout, MIN);
      require("commandTimeout", commandTimeout, MIN);
      require("poolSize", poolSize, 1, 1024);
      require("poolWait", poolWait, Duration.ofMillis(1));
      require("nearCacheSize", nearCacheSize, 0, 1_000_000);
      return new JedisSettings(this);
    }

    private static void require(String setting, int value, int min, int max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            setting + " must be " + min + " to " + max + ", not " + value);
      }
    }

    private static void require(String setting, Duration value, Duration min) {
      if (value.compareTo(min) < 0 || value.compareTo(MAX) > 0) {
        throw new IllegalArgumentException(
            setting
                + " must be "
                + min.toMillis()
                + " to "
                + MAX.toMillis()
                + " ms, not "
                + value.toMillis());
      }
    }
  }
}
