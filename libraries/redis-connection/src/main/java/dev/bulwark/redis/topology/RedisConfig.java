package dev.bulwark.redis.topology;

import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The options of {@code spi-redis-connection--default}.
 *
 * @param url where Redis is, see {@link RedisUrl}; empty for no Redis
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
 * @param probeInterval time between two probes of Redis, reachable or not, 50 ms to 60 s
 * @param tlsCaFile PEM file with the certificate authorities to trust; null for the JVM's
 * @param tlsVerifyHostname whether the certificate must contain the host's name
 * @param healthRequired whether {@code /health/ready} is down while Redis is away
 */
public record RedisConfig(
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

  public static final String OPTION_PREFIX = "spi-redis-connection--default--";

  private static final int MAX_PREFIX = 64;

  private static final Option<String> URL =
      Option.text(
          "url",
          "",
          "Where Redis is: `redis://host:port/db`, `redis-sentinel://host:port,…/master-name?db=n`"
              + " or `redis-cluster://host:port,…`; with TLS `rediss://`,"
              + " `rediss-sentinel://` or `rediss-cluster://`. Default: no Redis.");
  private static final Option<Optional<String>> USERNAME =
      Option.optional("username", "ACL user. Default: the default user, or the one in the URL.");
  private static final Option<Optional<String>> PASSWORD =
      Option.optional(
              "password",
              "Password. Best set in the environment (`KC_SPI_REDIS_CONNECTION__DEFAULT__PASSWORD`)"
                  + " or Keycloak's keystore.")
          .asSecret();
  private static final Option<Optional<String>> SENTINEL_USERNAME =
      Option.optional("sentinel-username", "ACL user of the Sentinels.");
  private static final Option<Optional<String>> SENTINEL_PASSWORD =
      Option.optional("sentinel-password", "Password of the Sentinels.").asSecret();
  private static final Option<String> PREFIX =
      Option.parsed(
          "prefix",
          "at most " + MAX_PREFIX + " printable ASCII characters without white space, { and }",
          "",
          RedisConfig::prefix,
          "Put in front of every key.");
  private static final Option<Duration> CONNECT_TIMEOUT =
      Option.millis(
          "connect-timeout", 10, 60_000, 500, "Longest wait for a connection to be made.");
  private static final Option<Duration> COMMAND_TIMEOUT =
      Option.millis("command-timeout", 10, 60_000, 1000, "Longest wait for an answer.");
  private static final Option<Integer> POOL_SIZE =
      Option.number("pool-size", 1, 1024, 16, "Connections to each node.");
  private static final Option<Duration> POOL_WAIT =
      Option.millis("pool-wait", 1, 60_000, 250, "Longest wait for a free connection.");
  private static final Option<Duration> PROBE_INTERVAL =
      Option.millis(
          "probe-interval", 50, 60_000, 500, "Time between two probes of Redis, reachable or not.");
  private static final Option<Optional<String>> TLS_CA_FILE =
      Option.optional(
          "tls-ca-file", "PEM file with the certificate authorities to trust. Default: the JVM's.");
  private static final Option<Boolean> TLS_VERIFY_HOSTNAME =
      Option.flag(
          "tls-verify-hostname", true, "Whether the certificate must contain the host's name.");
  private static final Option<Boolean> HEALTH_REQUIRED =
      Option.flag(
          "health-required",
          false,
          "Whether `/health/ready` is down while Redis is unreachable. Keycloak works without Redis, so"
              + " this takes nodes out of the load balancer that could serve.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          OPTION_PREFIX,
          URL,
          USERNAME,
          PASSWORD,
          SENTINEL_USERNAME,
          SENTINEL_PASSWORD,
          PREFIX,
          CONNECT_TIMEOUT,
          COMMAND_TIMEOUT,
          POOL_SIZE,
          POOL_WAIT,
          PROBE_INTERVAL,
          TLS_CA_FILE,
          TLS_VERIFY_HOSTNAME,
          HEALTH_REQUIRED);

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  public static RedisConfig from(Config.Scope scope) {
    return new RedisConfig(
        OPTIONS.read(scope, URL),
        OPTIONS.read(scope, USERNAME).orElse(null),
        OPTIONS.read(scope, PASSWORD).orElse(null),
        OPTIONS.read(scope, SENTINEL_USERNAME).orElse(null),
        OPTIONS.read(scope, SENTINEL_PASSWORD).orElse(null),
        OPTIONS.read(scope, PREFIX),
        OPTIONS.read(scope, CONNECT_TIMEOUT),
        OPTIONS.read(scope, COMMAND_TIMEOUT),
        OPTIONS.read(scope, POOL_SIZE),
        OPTIONS.read(scope, POOL_WAIT),
        OPTIONS.read(scope, PROBE_INTERVAL),
        OPTIONS.read(scope, TLS_CA_FILE).orElse(null),
        OPTIONS.read(scope, TLS_VERIFY_HOSTNAME),
        OPTIONS.read(scope, HEALTH_REQUIRED));
  }

  public static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }

  /** Braces would decide the slot of every key: a node of a cluster could have none of its own. */
  private static String prefix(String text) {
    if (text.length() > MAX_PREFIX
        || !text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '{' && c != '}')) {
      throw new IllegalArgumentException(text);
    }
    return text;
  }

  /** Without the passwords. */
  @Override
  public String toString() {
    return "RedisConfig[" + RedisUrl.withoutSecrets(url) + "]";
  }
}
