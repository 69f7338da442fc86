package dev.bulwark.ratelimit;

import dev.bulwark.limit.Limits;
import dev.bulwark.limit.address.Network;
import java.time.Duration;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * The options of {@code --spi-login-rate-limiter--default--…}, checked.
 *
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
 * @param waiting attempts that wait for a slot
 */
public record LoginRateLimiterConfig(
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
    Known known,
    Waiting waiting) {

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
    static final Duration FAILURES_FOR = Duration.ofHours(12);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the option and the range allowed
     */
    public Known {
      check(DEVICE_LIMIT, deviceLimit, 0, Limits.MOST);
      check(KNOWN_FAILURES, failureLimit, 1, Limits.MOST);
      check(DEVICE_DAYS, deviceDays, 0, 365);
      check(ADDRESS_DAYS, addressDays, 0, 90);
    }
  }

  /**
   * Attempts that wait for a slot in flight.
   *
   * @param seconds how long one waits at most, 0 (not at all) to 30
   * @param most threads of this node that wait at the same time, 0 to 1,000
   */
  public record Waiting(int seconds, int most) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the option and the range allowed
     */
    public Waiting {
      check(WAIT_SECONDS, seconds, 0, 30);
      check(WAITING_LIMIT, most, 0, 1_000);
    }
  }

  static final String PREFIX =
      "spi-login-rate-limiter--" + DefaultLoginRateLimiterProviderFactory.ID + "--";

  static final String ADDRESS_LIMIT = "address-limit";
  static final String ACCOUNT_LIMIT = "account-limit";
  static final String CLIENT_LIMIT = "client-limit";
  static final String CLIENT_ADDRESS_LIMIT = "client-address-limit";
  static final String WINDOW = "window-seconds";
  static final String RETURN = "return-on-success";
  static final String ALLOWED = "allowed-networks";
  static final String LOCAL_KEYS = "local-keys";
  static final String NETWORK_LIMIT = "network-limit";
  static final String USER_CODE_LIMIT = "user-code-limit";
  static final String DEVICE_LIMIT = "device-limit";
  static final String KNOWN_FAILURES = "known-failure-limit";
  static final String DEVICE_DAYS = "known-device-days";
  static final String ADDRESS_DAYS = "known-address-days";
  static final String WAIT_SECONDS = "wait-seconds";
  static final String WAITING_LIMIT = "waiting-limit";

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the option and the range allowed
   */
  public LoginRateLimiterConfig {
    check(ADDRESS_LIMIT, addressLimit, 0, Limits.MOST);
    check(ACCOUNT_LIMIT, accountLimit, 0, Limits.MOST);
    check(CLIENT_LIMIT, clientLimit, 0, Limits.MOST);
    check(CLIENT_ADDRESS_LIMIT, clientAddressLimit, 0, Limits.MOST);
    check(WINDOW, windowSeconds, 1, (int) Limits.LONGEST.toSeconds());
    check(LOCAL_KEYS, localKeys, 1_000, 10_000_000);
    check(NETWORK_LIMIT, networkLimit, 0, Limits.MOST);
    check(USER_CODE_LIMIT, userCodeLimit, 0, Limits.MOST);
    allowedNetworks = List.copyOf(allowedNetworks);
  }

  /** Reads the options of a provider. */
  static LoginRateLimiterConfig of(Config.Scope scope) {
    return new LoginRateLimiterConfig(
        number(scope, ADDRESS_LIMIT, 5),
        number(scope, ACCOUNT_LIMIT, 10),
        number(scope, CLIENT_LIMIT, 10),
        number(scope, CLIENT_ADDRESS_LIMIT, 100),
        number(scope, WINDOW, 60),
        flag(scope, RETURN, true),
        networks(scope),
        number(scope, LOCAL_KEYS, 100_000),
        number(scope, NETWORK_LIMIT, 100),
        number(scope, USER_CODE_LIMIT, 5),
        new Known(
            number(scope, DEVICE_LIMIT, 5),
            number(scope, KNOWN_FAILURES, 20),
            number(scope, DEVICE_DAYS, 90),
            number(scope, ADDRESS_DAYS, 7)),
        new Waiting(number(scope, WAIT_SECONDS, 5), number(scope, WAITING_LIMIT, 45)));
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
    return ProviderConfigurationBuilder.create()
        .property()
        .name(ADDRESS_LIMIT)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Login attempts from one address in a window (0 to 10000, 0 for any number).")
        .defaultValue(5)
        .add()
        .property()
        .name(ACCOUNT_LIMIT)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Login attempts at one account in a window (0 to 10000, 0 for any number).")
        .defaultValue(10)
        .add()
        .property()
        .name(CLIENT_LIMIT)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Wrong secrets of one client from one address in a window (0 to 10000, 0 for any"
                + " number).")
        .defaultValue(10)
        .add()
        .property()
        .name(CLIENT_ADDRESS_LIMIT)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Wrong client secrets from one address in a window (0 to 10000, 0 for any number).")
        .defaultValue(100)
        .add()
        .property()
        .name(WINDOW)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Length of the window in seconds (1 to 3600).")
        .defaultValue(60)
        .add()
        .property()
        .name(RETURN)
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .helpText("Whether a login that succeeds does not count.")
        .defaultValue(true)
        .add()
        .property()
        .name(ALLOWED)
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText(
            "Addresses or networks, separated by commas, whose attempts are neither counted nor"
                + " refused.")
        .defaultValue("")
        .add()
        .property()
        .name(LOCAL_KEYS)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Most addresses and accounts that this node remembers (1000 to 10000000).")
        .defaultValue(100_000)
        .add()
        .property()
        .name(NETWORK_LIMIT)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Login attempts from one /48 of IPv6 in a window (0 to 10000, 0 for any number).")
        .defaultValue(100)
        .add()
        .property()
        .name(USER_CODE_LIMIT)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Wrong user codes of devices from one address in a window (0 to 10000, 0 for any number).")
        .defaultValue(5)
        .add()
        .property()
        .name(DEVICE_LIMIT)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Login attempts at a user on a known device in a window (0 to 10000, 0 for any number).")
        .defaultValue(5)
        .add()
        .property()
        .name(KNOWN_FAILURES)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Failures on a known device or from a known address in 12 hours, then it is a stranger (1 to 10000).")
        .defaultValue(20)
        .add()
        .property()
        .name(DEVICE_DAYS)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Days for which a device is known after a login (0 to 365, 0 for never).")
        .defaultValue(90)
        .add()
        .property()
        .name(ADDRESS_DAYS)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Days for which an address is known after a login (0 to 90, 0 for never).")
        .defaultValue(7)
        .add()
        .property()
        .name(WAIT_SECONDS)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Seconds for which an attempt waits for a slot in flight (0 to 30, 0 for not at all).")
        .defaultValue(5)
        .add()
        .property()
        .name(WAITING_LIMIT)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Threads of this node that wait for a slot at the same time (0 to 1000).")
        .defaultValue(45)
        .add()
        .build();
  }

  private static int number(Config.Scope scope, String option, int otherwise) {
    String value = scope.get(option);
    if (value == null || value.isBlank()) {
      return otherwise;
    }
    try {
      return Integer.parseInt(value.trim());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          PREFIX + option + " must be a whole number, but is '" + value + "'", e);
    }
  }

  private static boolean flag(Config.Scope scope, String option, boolean otherwise) {
    String value = scope.get(option);
    if (value == null || value.isBlank()) {
      return otherwise;
    }
    return switch (value.trim()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              PREFIX + option + " must be true or false, but is '" + value + "'");
    };
  }

  private static List<Network> networks(Config.Scope scope) {
    String value = scope.get(ALLOWED);
    try {
      return value == null ? List.of() : Network.parseList(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          PREFIX
              + ALLOWED
              + " must be addresses or networks separated by commas: "
              + e.getMessage(),
          e);
    }
  }

  private static void check(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          PREFIX + option + " must be " + min + " to " + max + ", but is " + value);
    }
  }
}
