package dev.bulwark.ratelimit;

import dev.bulwark.limit.Limits;
import dev.bulwark.limit.address.Network;
import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.time.Duration;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The options of {@code --spi-login-rate-limiter--default--…}, checked.
 *
 * @param everywhere whether a realm has the limits that does not say so itself
 * @param addressLimit attempts from one address in a window, 0 (any number) to 10,000
 * @param accountLimit attempts at one account in a window, 0 (any number) to 10,000
 * @param clientLimit wrong secrets of one client from one address in a window, 0 (any number) to
 *     10,000
 * @param clientAddressLimit wrong client secrets from one address in a window, 0 (any number) to
 *     10,000
 * @param windowSeconds length of the window, 1 to 3,600
 * @param returnOnSuccess whether a login that succeeds gives its slot back
 * @param allowedNetworks whose attempts are neither counted nor refused
 * @param localKeys most addresses and accounts that this node remembers, 1,000 to 10,000,000
 * @param networkLimit attempts from one /48 of IPv6 in a window, 0 (any number) to 10,000
 * @param userCodeLimit wrong user codes of devices from one address in a window, 0 (any number) to
 *     10,000
 * @param known devices and addresses of earlier logins
 */
public record LoginRateLimiterConfig(
    boolean everywhere,
    int addressLimit,
    int accountLimit,
    int clientLimit,
    int clientAddressLimit,
    int windowSeconds,
    boolean returnOnSuccess,
    List<Network> allowedNetworks,
    int localKeys,
    int networkLimit,
    int userCodeLimit,
    Known known) {

  /**
   * Devices and addresses from which a user has logged in before.
   *
   * @param deviceLimit attempts at a user on a known device in a window, 0 (any number) to 10,000
   * @param failureLimit failures at a user on a known device, or from a known address, within 12
   *     hours; then it counts as a stranger. 1 to 10,000
   * @param deviceDays how long a device is known without a login, 0 (never) to 365
   * @param addressDays how long an address is known without a login, 0 (never) to 90
   */
  public record Known(int deviceLimit, int failureLimit, int deviceDays, int addressDays) {

    /** How long a failure on a known device or from a known address counts. */
    static final Duration FAILURE_WINDOW = Duration.ofHours(12);
  }

  private static final String PREFIX =
      "spi-login-rate-limiter--" + DefaultLoginRateLimiterProviderFactory.ID + "--";

  private static final Option<Boolean> EVERYWHERE =
      Option.flag(
          "everywhere",
          false,
          "Whether a realm has the limits that does not say so itself by the attribute"
              + " `loginRateLimiter.enabled`.");
  private static final Option<Integer> ADDRESS_LIMIT =
      Option.number(
          "address-limit",
          0,
          Limits.MAX_LIMIT,
          5,
          "Login attempts from one address in a window; 0 for any number.");
  private static final Option<Integer> ACCOUNT_LIMIT =
      Option.number(
          "account-limit",
          0,
          Limits.MAX_LIMIT,
          10,
          "Login attempts at one account in a window; 0 for any number.");
  private static final Option<Integer> CLIENT_LIMIT =
      Option.number(
          "client-limit",
          0,
          Limits.MAX_LIMIT,
          10,
          "Wrong secrets of one client from one address in a window; 0 for any number.");
  private static final Option<Integer> CLIENT_ADDRESS_LIMIT =
      Option.number(
          "client-address-limit",
          0,
          Limits.MAX_LIMIT,
          100,
          "Wrong client secrets from one address in a window; 0 for any number.");
  private static final Option<Integer> WINDOW =
      Option.number(
          "window-seconds",
          1,
          (int) Limits.MAX_WINDOW.toSeconds(),
          60,
          "Length of the window in seconds; the window slides.");
  private static final Option<Boolean> RETURN =
      Option.flag("return-on-success", true, "Whether a login that succeeds does not count.");
  private static final Option<List<Network>> ALLOWED =
      Option.parsed(
          "allowed-networks",
          "addresses or networks separated by commas",
          "",
          Network::parseList,
          "Addresses and networks (CIDR) whose attempts are neither counted nor rejected.");
  private static final Option<Integer> LOCAL_KEYS =
      Option.number(
          "local-keys",
          1_000,
          10_000_000,
          100_000,
          "Maximum number of addresses and accounts that a node remembers.");
  private static final Option<Integer> NETWORK_LIMIT =
      Option.number(
          "network-limit",
          0,
          Limits.MAX_LIMIT,
          100,
          "Login attempts, and apart from them wrong user codes, from one /48 of IPv6 in a window; 0"
              + " for any number.");
  private static final Option<Integer> USER_CODE_LIMIT =
      Option.number(
          "user-code-limit",
          0,
          Limits.MAX_LIMIT,
          5,
          "Wrong user codes of devices from one address in a window; 0 for any number.");
  private static final Option<Integer> DEVICE_LIMIT =
      Option.number(
          "device-limit",
          0,
          Limits.MAX_LIMIT,
          5,
          "Login attempts at a user on a known device in a window; 0 for any number.");
  private static final Option<Integer> KNOWN_FAILURES =
      Option.number(
          "known-failure-limit",
          1,
          Limits.MAX_LIMIT,
          20,
          "Failures on a known device, or from a known address, in 12 hours; after that it counts as a stranger.");
  private static final Option<Integer> DEVICE_DAYS =
      Option.number(
          "known-device-days",
          0,
          365,
          90,
          "Days for which a device is known after a login; 0 for no cookies.");
  private static final Option<Integer> ADDRESS_DAYS =
      Option.number(
          "known-address-days",
          0,
          90,
          7,
          "Days for which an address is known after a login; 0 for never.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          PREFIX,
          EVERYWHERE,
          ADDRESS_LIMIT,
          ACCOUNT_LIMIT,
          CLIENT_LIMIT,
          CLIENT_ADDRESS_LIMIT,
          WINDOW,
          RETURN,
          ALLOWED,
          LOCAL_KEYS,
          NETWORK_LIMIT,
          USER_CODE_LIMIT,
          DEVICE_LIMIT,
          KNOWN_FAILURES,
          DEVICE_DAYS,
          ADDRESS_DAYS);

  /** Takes checked values. */
  public LoginRateLimiterConfig {
    allowedNetworks = List.copyOf(allowedNetworks);
  }

  /**
   * Reads and checks the options of a provider.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static LoginRateLimiterConfig of(Config.Scope scope) {
    return new LoginRateLimiterConfig(
        OPTIONS.read(scope, EVERYWHERE),
        OPTIONS.read(scope, ADDRESS_LIMIT),
        OPTIONS.read(scope, ACCOUNT_LIMIT),
        OPTIONS.read(scope, CLIENT_LIMIT),
        OPTIONS.read(scope, CLIENT_ADDRESS_LIMIT),
        OPTIONS.read(scope, WINDOW),
        OPTIONS.read(scope, RETURN),
        OPTIONS.read(scope, ALLOWED),
        OPTIONS.read(scope, LOCAL_KEYS),
        OPTIONS.read(scope, NETWORK_LIMIT),
        OPTIONS.read(scope, USER_CODE_LIMIT),
        new Known(
            OPTIONS.read(scope, DEVICE_LIMIT),
            OPTIONS.read(scope, KNOWN_FAILURES),
            OPTIONS.read(scope, DEVICE_DAYS),
            OPTIONS.read(scope, ADDRESS_DAYS)));
  }

  /** The limits of a realm that has none of its own. */
  Limits limits() {
    return new Limits(addressLimit, accountLimit, Duration.ofSeconds(windowSeconds));
  }

  /** The limits on client secrets of a realm that has none of its own; an account is a client. */
  Limits clientLimits() {
    return new Limits(clientAddressLimit, clientLimit, Duration.ofSeconds(windowSeconds));
  }

  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
