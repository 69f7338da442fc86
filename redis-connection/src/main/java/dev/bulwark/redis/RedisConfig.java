package dev.bulwark.redis;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * The options of {@code spi-redis-connection--default}.
 *
 * @param url where Redis is, see {@link RedisUrl}
 * @param username ACL user; null for the default user or the one in the URL
 * @param password password; null for none or the one in the URL
 * @param sentinelUsername ACL user of the Sentinels, null for none
 * @param sentinelPassword password of the Sentinels, null for none
 * @param prefix put in front of every key; at most 64 printable characters without white space and
 *     braces
 * @param connectTimeout 10 ms to 60 s
 * @param commandTimeout 10 ms to 60 s
 * @param poolSize connections to each node, 1 to 1024
 * @param poolWait longest wait for a free connection, 1 ms to 60 s
 * @param probeInterval time between two probes of Redis, whether there or away, 50 ms to 60 s
 * @param tlsCaFile PEM file with the certificate authorities to trust; null for the JVM's
 * @param tlsVerifyHostname whether the certificate must bear the host's name
 * @param healthRequired whether {@code /health/ready} is down while Redis is away
 */
record RedisConfig(
    String url,
    @Nullable String username,
    @Nullable String password,
    @Nullable String sentinelUsername,
    @Nullable String sentinelPassword,
    String prefix,
    Duration connectTimeout,
    Duration commandTimeout,
    int poolSize,
    Duration poolWait,
    Duration probeInterval,
    @Nullable String tlsCaFile,
    boolean tlsVerifyHostname,
    boolean healthRequired) {

  static final String OPTION_PREFIX =
      "spi-redis-connection--" + DefaultRedisConnectionProviderFactory.ID + "--";

  private static final String DEFAULT_URL = "redis://localhost:6379";
  private static final int MAX_PREFIX = 64;

  RedisConfig {
    if (prefix.length() > MAX_PREFIX || !prefix.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          OPTION_PREFIX
              + "prefix must be at most "
              + MAX_PREFIX
              + " printable ASCII characters without white space");
    }
    if (prefix.indexOf('{') >= 0 || prefix.indexOf('}') >= 0) {
      // It would decide the slot of every key, and a node of a cluster could have none of its own.
      throw new IllegalArgumentException(OPTION_PREFIX + "prefix must not contain { or }");
    }
    requireMillis("connect-timeout", connectTimeout, 10, 60_000);
    requireMillis("command-timeout", commandTimeout, 10, 60_000);
    requireRange("pool-size", poolSize, 1, 1024);
    requireMillis("pool-wait", poolWait, 1, 60_000);
    requireMillis("probe-interval", probeInterval, 50, 60_000);
  }

  static RedisConfig from(Config.Scope scope) {
    return new RedisConfig(
        text(scope, "url", DEFAULT_URL),
        optional(scope, "username"),
        optional(scope, "password"),
        optional(scope, "sentinel-username"),
        optional(scope, "sentinel-password"),
        text(scope, "prefix", ""),
        millis(scope, "connect-timeout", 500),
        millis(scope, "command-timeout", 1000),
        integer(scope, "pool-size", 16),
        millis(scope, "pool-wait", 250),
        millis(scope, "probe-interval", 500),
        optional(scope, "tls-ca-file"),
        flag(scope, "tls-verify-hostname", true),
        flag(scope, "health-required", false));
  }

  static List<ProviderConfigProperty> metadata() {
    return ProviderConfigurationBuilder.create()
        .property()
        .name("url")
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText(
            "Where Redis is: redis://host:port/db, redis-sentinel://host:port,…/master-name?db=n"
                + " or redis-cluster://host:port,…; with rediss in place of redis over TLS.")
        .defaultValue(DEFAULT_URL)
        .add()
        .property()
        .name("username")
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText("ACL user. Default: the default user, or the one in the URL.")
        .add()
        .property()
        .name("password")
        .type(ProviderConfigProperty.STRING_TYPE)
        .secret(true)
        .helpText(
            "Password. Best set in the environment"
                + " (KC_SPI_REDIS_CONNECTION__DEFAULT__PASSWORD) or Keycloak's keystore.")
        .add()
        .property()
        .name("sentinel-username")
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText("ACL user of the Sentinels.")
        .add()
        .property()
        .name("sentinel-password")
        .type(ProviderConfigProperty.STRING_TYPE)
        .secret(true)
        .helpText("Password of the Sentinels.")
        .add()
        .property()
        .name("prefix")
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText("Put in front of every key; at most 64 printable ASCII characters.")
        .defaultValue("")
        .add()
        .property()
        .name("connect-timeout")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Longest wait for a connection to be made, 10 to 60000 ms.")
        .defaultValue(500)
        .add()
        .property()
        .name("command-timeout")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Longest wait for an answer, 10 to 60000 ms.")
        .defaultValue(1000)
        .add()
        .property()
        .name("pool-size")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Connections to each node, 1 to 1024.")
        .defaultValue(16)
        .add()
        .property()
        .name("pool-wait")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Longest wait for a free connection, 1 to 60000 ms.")
        .defaultValue(250)
        .add()
        .property()
        .name("probe-interval")
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Time between two probes of Redis, whether it is there or away, 50 to 60000 ms.")
        .defaultValue(500)
        .add()
        .property()
        .name("tls-ca-file")
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText("PEM file with the certificate authorities to trust. Default: the JVM's.")
        .add()
        .property()
        .name("tls-verify-hostname")
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .helpText("Whether the certificate must bear the host's name.")
        .defaultValue(true)
        .add()
        .property()
        .name("health-required")
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .helpText(
            "Whether /health/ready is down while Redis is away. Keycloak works without Redis, so"
                + " that this takes nodes out of the load balancer for no need of its own.")
        .defaultValue(false)
        .add()
        .build();
  }

  @Override
  public String toString() {
    return "RedisConfig[url="
        + RedisUrl.withoutSecrets(url)
        + ", username="
        + username
        + ", password="
        + (password == null ? "none" : "***")
        + ", prefix="
        + prefix
        + ", connectTimeout="
        + connectTimeout
        + ", commandTimeout="
        + commandTimeout
        + ", poolSize="
        + poolSize
        + ", poolWait="
        + poolWait
        + ", probeInterval="
        + probeInterval
        + ", tlsCaFile="
        + tlsCaFile
        + ", tlsVerifyHostname="
        + tlsVerifyHostname
        + ", healthRequired="
        + healthRequired
        + "]";
  }

  private static String text(Config.Scope scope, String option, String fallback) {
    String value = scope.get(option);
    return value == null || value.isBlank() ? fallback : value.trim();
  }

  private static @Nullable String optional(Config.Scope scope, String option) {
    String value = scope.get(option);
    return value == null || value.isEmpty() ? null : value;
  }

  private static Duration millis(Config.Scope scope, String option, int fallback) {
    return Duration.ofMillis(integer(scope, option, fallback));
  }

  private static int integer(Config.Scope scope, String option, int fallback) {
    String value = scope.get(option);
    if (value == null || value.isBlank()) {
      return fallback;
    }
    try {
      return Integer.parseInt(value.trim());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          OPTION_PREFIX + option + " must be a whole number, not '" + value + "'", e);
    }
  }

  private static boolean flag(Config.Scope scope, String option, boolean fallback) {
    String value = scope.get(option);
    if (value == null || value.isBlank()) {
      return fallback;
    }
    return switch (value.trim()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              OPTION_PREFIX + option + " must be true or false, not '" + value + "'");
    };
  }

  private static void requireMillis(String option, Duration value, long min, long max) {
    if (value.toMillis() < min || value.toMillis() > max) {
      throw new IllegalArgumentException(
          OPTION_PREFIX
              + option
              + " must be "
              + min
              + " to "
              + max
              + " ms, not "
              + value.toMillis());
    }
  }

  private static void requireRange(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          OPTION_PREFIX + option + " must be " + min + " to " + max + ", not " + value);
    }
  }
}
