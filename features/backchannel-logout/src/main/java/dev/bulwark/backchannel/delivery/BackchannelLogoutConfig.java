package dev.bulwark.backchannel.delivery;

import dev.bulwark.limit.address.Network;
import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.time.Duration;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Options of the delivery. Immutable.
 *
 * @param requestTimeout time for the whole exchange
 * @param maxReceivers receivers that are called at once
 * @param maxInFlight requests at once to one receiver
 * @param maxAge age after which a notice is not sent any more
 * @param allowedNetworks where receivers may be; empty for anywhere but link-local and multicast
 */
public record BackchannelLogoutConfig(
    Duration requestTimeout,
    int maxReceivers,
    int maxInFlight,
    Duration maxAge,
    List<Network> allowedNetworks) {

  /** Of the provider that owns the options, and part of the path of its REST resource. */
  public static final String ID = "backchannel-logout";

  private static final Option<Duration> REQUEST_TIMEOUT =
      Option.millis("request-timeout", 100, 30_000, 5000, "Time for the whole exchange.");
  private static final Option<Integer> MAX_RECEIVERS =
      Option.number(
          "max-receivers",
          1,
          64,
          16,
          "Receivers that a node calls at once. Each uses a database connection meanwhile.");
  private static final Option<Integer> MAX_IN_FLIGHT =
      Option.number("max-in-flight", 1, 32, 4, "Requests at once to one receiver.");
  private static final Option<Duration> MAX_AGE =
      Option.seconds(
          "max-age",
          60,
          2_592_000,
          86_400,
          "Age at which a notice is no longer sent, and is a dead letter. Set it to the longest time"
              + " for which an application keeps a session.");
  private static final Option<List<Network>> ALLOWED_NETWORKS =
      Option.parsed(
          "allowed-networks",
          "addresses or networks separated by commas",
          "",
          Network::parseList,
          "Addresses and networks (CIDR) in which receivers may be. Without it, a receiver may have"
              + " any address but a link-local or multicast one.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          "spi-admin-realm-restapi-extension--" + ID + "--",
          REQUEST_TIMEOUT,
          MAX_RECEIVERS,
          MAX_IN_FLIGHT,
          MAX_AGE,
          ALLOWED_NETWORKS);

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  public static BackchannelLogoutConfig of(Config.Scope scope) {
    return new BackchannelLogoutConfig(
        OPTIONS.read(scope, REQUEST_TIMEOUT),
        OPTIONS.read(scope, MAX_RECEIVERS),
        OPTIONS.read(scope, MAX_IN_FLIGHT),
        OPTIONS.read(scope, MAX_AGE),
        OPTIONS.read(scope, ALLOWED_NETWORKS));
  }

  /** The options, for Keycloak's {@code --help} and the documentation. */
  public static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
