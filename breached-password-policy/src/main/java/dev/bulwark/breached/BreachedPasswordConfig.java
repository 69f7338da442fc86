package dev.bulwark.breached;

import dev.bulwark.breached.range.RangeSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

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

  static final String ONLINE = "online";
  static final String URL = "url";
  static final String UNREACHABLE = "unreachable";
  static final String CONNECT_TIMEOUT = "connect-timeout";
  static final String REQUEST_TIMEOUT = "request-timeout";
  static final String BREAKER_FAILURES = "breaker-failures";
  static final String BREAKER_PAUSE = "breaker-pause";
  static final String CACHE_ENTRIES = "cache-entries";
  static final String CACHE_TTL = "cache-ttl";
  static final String OFFLINE_INDEX = "offline-index";
  static final String OFFLINE_CHECK_INTERVAL = "offline-check-interval";

  private static final String DEFAULT_URL = "https://api.pwnedpasswords.com/range/";
  private static final int DEFAULT_CONNECT_TIMEOUT = 1000;
  private static final int DEFAULT_REQUEST_TIMEOUT = 2000;
  private static final int MAX_TIMEOUT = 30_000;
  private static final int MIN_TIMEOUT = 50;
  private static final int DEFAULT_BREAKER_FAILURES = 3;
  private static final int MAX_BREAKER_FAILURES = 1000;
  private static final int DEFAULT_BREAKER_PAUSE = 30;
  private static final int MAX_BREAKER_PAUSE = 3600;
  private static final int DEFAULT_CACHE_ENTRIES = 256;
  private static final int MAX_CACHE_ENTRIES = 100_000;
  private static final int DEFAULT_CACHE_TTL = 3600;
  private static final int MAX_CACHE_TTL = 7 * 86_400;
  private static final int DEFAULT_CHECK_INTERVAL = 60;
  private static final int MAX_CHECK_INTERVAL = 86_400;

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static BreachedPasswordConfig of(Config.Scope scope) {
    OptionReader options = new OptionReader(scope, PREFIX);
    String unreachable = options.text(UNREACHABLE);
    UnreachablePolicy policy =
        unreachable == null
            ? UnreachablePolicy.OFFLINE_LIST
            : UnreachablePolicy.ofLabel(unreachable)
                .orElseThrow(
                    () ->
                        options.invalid(
                            UNREACHABLE, unreachable, "offline-list, reject or accept"));
    RangeSettings range =
        new RangeSettings(
            url(options),
            Duration.ofMillis(
                options.number(CONNECT_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, MIN_TIMEOUT, MAX_TIMEOUT)),
            Duration.ofMillis(
                options.number(REQUEST_TIMEOUT, DEFAULT_REQUEST_TIMEOUT, MIN_TIMEOUT, MAX_TIMEOUT)),
            options.number(BREAKER_FAILURES, DEFAULT_BREAKER_FAILURES, 1, MAX_BREAKER_FAILURES),
            Duration.ofSeconds(
                options.number(BREAKER_PAUSE, DEFAULT_BREAKER_PAUSE, 1, MAX_BREAKER_PAUSE)),
            options.number(CACHE_ENTRIES, DEFAULT_CACHE_ENTRIES, 0, MAX_CACHE_ENTRIES),
            Duration.ofSeconds(options.number(CACHE_TTL, DEFAULT_CACHE_TTL, 1, MAX_CACHE_TTL)));
    return new BreachedPasswordConfig(
        options.flag(ONLINE, true),
        range,
        policy,
        path(options),
        Duration.ofSeconds(
            options.number(OFFLINE_CHECK_INTERVAL, DEFAULT_CHECK_INTERVAL, 1, MAX_CHECK_INTERVAL)));
  }

  private static URI url(OptionReader options) {
    String value = options.text(URL);
    String text = value == null ? DEFAULT_URL : value;
    String allowed = "an http or https URL with a host, without query and user";
    try {
      URI uri = new URI(text.endsWith("/") ? text : text + "/");
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if ((scheme.equals("https") || scheme.equals("http"))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw options.invalid(URL, text, allowed);
    }
    throw options.invalid(URL, text, allowed);
  }

  private static @Nullable Path path(OptionReader options) {
    String value = options.text(OFFLINE_INDEX);
    try {
      return value == null ? null : Path.of(value);
    } catch (InvalidPathException e) {
      throw options.invalid(OFFLINE_INDEX, value, "a file name");
    }
  }

  /** The options, for Keycloak's {@code --help} and the documentation. */
  static List<ProviderConfigProperty> metadata() {
    ProviderConfigurationBuilder builder = ProviderConfigurationBuilder.create();
    builder
        .property()
        .name(ONLINE)
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .defaultValue(true)
        .helpText(
            "Ask the range API of Have I Been Pwned. Five hexadecimal digits of a password's SHA-1 leave the server. With false, the offline list decides alone.")
        .add();
    text(
        builder,
        URL,
        DEFAULT_URL,
        "Base URL of the range API or of a mirror; the five digits are appended.");
    builder
        .property()
        .name(UNREACHABLE)
        .type(ProviderConfigProperty.STRING_TYPE)
        .options("offline-list", "reject", "accept")
        .defaultValue(UnreachablePolicy.OFFLINE_LIST.label())
        .helpText(
            "What happens while the range API gives no reliable answer: offline-list asks the offline list, reject refuses the password, accept accepts it unchecked.")
        .add();
    number(
        builder,
        CONNECT_TIMEOUT,
        DEFAULT_CONNECT_TIMEOUT,
        "Milliseconds for a connection to the range API, "
            + MIN_TIMEOUT
            + " to "
            + MAX_TIMEOUT
            + ".");
    number(
        builder,
        REQUEST_TIMEOUT,
        DEFAULT_REQUEST_TIMEOUT,
        "Milliseconds for the whole exchange with the range API, "
            + MIN_TIMEOUT
            + " to "
            + MAX_TIMEOUT
            + ".");
    number(
        builder,
        BREAKER_FAILURES,
        DEFAULT_BREAKER_FAILURES,
        "Failures in a row after which the range API is left alone, 1 to "
            + MAX_BREAKER_FAILURES
            + ".");
    number(
        builder,
        BREAKER_PAUSE,
        DEFAULT_BREAKER_PAUSE,
        "Seconds for which it is left alone, 1 to "
            + MAX_BREAKER_PAUSE
            + "; a Retry-After of the service takes precedence, up to 10 minutes.");
    number(
        builder,
        CACHE_ENTRIES,
        DEFAULT_CACHE_ENTRIES,
        "Ranges kept in memory, 0 to " + MAX_CACHE_ENTRIES + ", about 20 KB each.");
    number(
        builder,
        CACHE_TTL,
        DEFAULT_CACHE_TTL,
        "Seconds for which a range is kept, 1 to " + MAX_CACHE_TTL + ".");
    text(
        builder,
        OFFLINE_INDEX,
        null,
        "Index file made by bulwark-breached-index, used beside the shipped list of common passwords. Replace it by a rename; it is taken up without a restart.");
    number(
        builder,
        OFFLINE_CHECK_INTERVAL,
        DEFAULT_CHECK_INTERVAL,
        "Seconds between looks for a replaced index file, 1 to " + MAX_CHECK_INTERVAL + ".");
    return builder.build();
  }

  private static void text(
      ProviderConfigurationBuilder builder, String name, @Nullable String value, String help) {
    builder
        .property()
        .name(name)
        .type(ProviderConfigProperty.STRING_TYPE)
        .defaultValue(value)
        .helpText(help)
        .add();
  }

  private static void number(
      ProviderConfigurationBuilder builder, String name, int value, String help) {
    builder
        .property()
        .name(name)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .defaultValue(value)
        .helpText(help)
        .add();
  }
}
