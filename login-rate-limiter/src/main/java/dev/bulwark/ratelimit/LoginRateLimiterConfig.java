package dev.bulwark.ratelimit;

import dev.bulwark.redis.address.Network;
import dev.bulwark.redis.limit.Limits;
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
 */
public record LoginRateLimiterConfig(
    int addressLimit,
    int accountLimit,
    int clientLimit,
    int clientAddressLimit,
    int windowSeconds,
    boolean returnOnSuccess,
    List<Network> allowedNetworks,
    int localKeys) {

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
        number(scope, LOCAL_KEYS, 100_000));
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
