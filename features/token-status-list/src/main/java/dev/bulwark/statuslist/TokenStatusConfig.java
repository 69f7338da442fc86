package dev.bulwark.statuslist;

import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.time.Duration;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Options of the lists. Immutable.
 *
 * @param window the tokens of a list expire within this time
 * @param listLife how long a list may be relied on
 * @param ttl after which an application asks again, a third of {@code listLife} at most
 * @param aggregation whether the lists of a realm are listed
 */
record TokenStatusConfig(Duration window, Duration listLife, Duration ttl, boolean aggregation) {

  private static final Option<Duration> WINDOW =
      Option.seconds(
          "window",
          60,
          86_400,
          900,
          "The tokens of one list expire within this time. All nodes need the same value.");
  private static final Option<Duration> LIST_LIFE =
      Option.seconds(
          "list-life",
          6,
          3_600,
          30,
          "How long an application may rely on a list (`exp`) while Keycloak does not confirm that"
              + " it is complete.");
  private static final Option<Duration> TTL =
      Option.seconds(
          "ttl",
          1,
          300,
          2,
          "Time after which an application asks for a list again (`ttl` and `Cache-Control`). At most"
              + " a third of `list-life`.");
  private static final Option<Boolean> AGGREGATION =
      Option.flag(
          "aggregation", true, "Whether `/token-status` names all lists of the realm to everyone.");

  private static final String PREFIX = "spi-realm-restapi-extension--token-status--";

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(PREFIX, WINDOW, LIST_LIFE, TTL, AGGREGATION);

  /** With a longer {@code ttl}, applications would hold an expired list until they ask again. */
  TokenStatusConfig {
    if (ttl.multipliedBy(3).compareTo(listLife) > 0) {
      throw new IllegalArgumentException(
          "Option %sttl must be at most a third of %slist-life (%d s), is %d"
              .formatted(PREFIX, PREFIX, listLife.toSeconds(), ttl.toSeconds()));
    }
  }

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static TokenStatusConfig of(Config.Scope scope) {
    return new TokenStatusConfig(
        OPTIONS.read(scope, WINDOW),
        OPTIONS.read(scope, LIST_LIFE),
        OPTIONS.read(scope, TTL),
        OPTIONS.read(scope, AGGREGATION));
  }

  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
