package dev.bulwark.breached;

import dev.bulwark.breached.range.RangeSettings;
import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The options of policy {@value BreachedPasswordPolicyProviderFactory#ID} (spec P9). They hold for
 * the whole server; the threshold is the realm's.
 *
 * @param online whether the range API is asked
 * @param range how it is asked
 * @param unreachable what happens while it gives no answer
 * @param offlineIndex the operator's own index, used beside the shipped one; null for none
 * @param offlineCheckInterval how often its replacement is looked for
 */
record BreachedPasswordConfig(
    boolean online,
    RangeSettings range,
    UnreachablePolicy unreachable,
    @Nullable Path offlineIndex,
    Duration offlineCheckInterval) {

  static final String PREFIX = "spi-password-policy--breached-password--";

  private static final int MIN_TIMEOUT = 50;
  private static final int MAX_TIMEOUT = 30_000;

  private static final Option<Boolean> ONLINE =
      Option.flag(
          "online",
          true,
          "Whether the range API of Have I Been Pwned is asked. Five hexadecimal digits of a"
              + " password's SHA-1 leave the server. With `false`, the offline list decides alone.");
  static final Option<URI> URL =
      Option.parsed(
          "url",
          "an http or https URL with a host, without query and user",
          "https://api.pwnedpasswords.com/range/",
          BreachedPasswordConfig::url,
          "Base URL of the range API or of a mirror; the five digits are appended.");
  private static final Option<UnreachablePolicy> UNREACHABLE =
      Option.choice(
          "unreachable",
          UnreachablePolicy.values(),
          UnreachablePolicy::label,
          UnreachablePolicy.OFFLINE_LIST,
          "While the range API gives no reliable answer: `offline-list` asks the offline list,"
              + " `reject` rejects the password, `accept` accepts it unchecked.");
  private static final Option<Duration> CONNECT_TIMEOUT =
      Option.millis(
          "connect-timeout",
          MIN_TIMEOUT,
          MAX_TIMEOUT,
          1000,
          "Time for a connection to the range API.");
  private static final Option<Duration> REQUEST_TIMEOUT =
      Option.millis(
          "request-timeout",
          MIN_TIMEOUT,
          MAX_TIMEOUT,
          2000,
          "Time for the whole exchange with the range API.");
  private static final Option<Integer> BREAKER_FAILURES =
      Option.number(
          "breaker-failures",
          1,
          1000,
          3,
          "Failures in a row after which the range API is left alone.");
  private static final Option<Duration> BREAKER_PAUSE =
      Option.seconds(
          "breaker-pause",
          1,
          3600,
          30,
          "Time for which it is left alone. A `Retry-After` of the service takes precedence, up to"
              + " 10 minutes.");
  private static final Option<Integer> CACHE_ENTRIES =
      Option.number("cache-entries", 0, 100_000, 256, "Ranges kept in memory, about 20 KB each.");
  private static final Option<Duration> CACHE_TTL =
      Option.seconds("cache-ttl", 1, 7 * 86_400, 3600, "Time for which a range is kept.");
  static final Option<Optional<Path>> OFFLINE_INDEX =
      Option.parsed(
          "offline-index",
          "a file name",
          "",
          text -> text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text)),
          "Index file made by `bulwark-breached-index`, used beside the shipped list. Replace it by"
              + " a rename; no restart is needed.");
  private static final Option<Duration> OFFLINE_CHECK_INTERVAL =
      Option.seconds(
          "offline-check-interval", 1, 86_400, 60, "Time between looks for a replaced index file.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          PREFIX,
          ONLINE,
          URL,
          UNREACHABLE,
          CONNECT_TIMEOUT,
          REQUEST_TIMEOUT,
          BREAKER_FAILURES,
          BREAKER_PAUSE,
          CACHE_ENTRIES,
          CACHE_TTL,
          OFFLINE_INDEX,
          OFFLINE_CHECK_INTERVAL);

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static BreachedPasswordConfig of(Config.Scope scope) {
    return new BreachedPasswordConfig(
        OPTIONS.read(scope, ONLINE),
        new RangeSettings(
            OPTIONS.read(scope, URL),
            OPTIONS.read(scope, CONNECT_TIMEOUT),
            OPTIONS.read(scope, REQUEST_TIMEOUT),
            OPTIONS.read(scope, BREAKER_FAILURES),
            OPTIONS.read(scope, BREAKER_PAUSE),
            OPTIONS.read(scope, CACHE_ENTRIES),
            OPTIONS.read(scope, CACHE_TTL)),
        OPTIONS.read(scope, UNREACHABLE),
        OPTIONS.read(scope, OFFLINE_INDEX).orElse(null),
        OPTIONS.read(scope, OFFLINE_CHECK_INTERVAL));
  }

  private static URI url(String text) {
    URI uri = URI.create(text.endsWith("/") ? text : text + "/");
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("https") || scheme.equals("http"))
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(text);
    }
    return uri;
  }

  /** The options, for Keycloak's {@code --help} and the documentation. */
  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
