package dev.bulwark.apikey.service;

import dev.bulwark.limit.Limits;
import dev.bulwark.limit.address.Network;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * The options of {@code --spi-api-key--default--…}, checked.
 *
 * @param cacheSize most keys whose owner is remembered on this node, 0 to 10,000,000
 * @param usageFlushSeconds how often usage is written, 1 to 3,600
 * @param tokenMaxSeconds longest life of an exchanged token, 10 to 3,600
 * @param stepUpMaxAgeSeconds how recent the owner's login must be to make a key, 0 (any) to 86,400
 * @param wrongKeysPerMinute wrong keys accepted per address and minute, 0 (any) to 10,000
 * @param rotationMaxOverlapSeconds longest overlap of a rotation, 0 to 31,536,000
 * @param sweepSeconds how often rotated keys and rows without a key are removed, 1 to 86,400
 * @param refuseLockedOwner whether brute-force lock-out of the owner stops the keys too
 * @param refusePendingActions whether pending required actions of the owner stop the keys
 * @param expiryNoticeDays how many days before its end the owner of a key is told, 0 (never) to 365
 * @param newNetworkNotice whether owners are told of uses from networks that are new for a key
 * @param verifyAllowedAddresses addresses that may call {@code verify} without credentials
 */
public record ApiKeyConfig(
    int cacheSize,
    int usageFlushSeconds,
    int tokenMaxSeconds,
    int stepUpMaxAgeSeconds,
    int wrongKeysPerMinute,
    int rotationMaxOverlapSeconds,
    int sweepSeconds,
    boolean refuseLockedOwner,
    boolean refusePendingActions,
    int expiryNoticeDays,
    boolean newNetworkNotice,
    List<Network> verifyAllowedAddresses) {

  static final String PREFIX = "spi-api-key--default--";

  static final String CACHE_SIZE = "cache-size";
  static final String USAGE_FLUSH = "usage-flush-seconds";
  static final String TOKEN_MAX = "token-max-seconds";
  static final String STEP_UP = "step-up-max-age-seconds";
  static final String WRONG_KEYS = "wrong-keys-per-minute";
  static final String OVERLAP = "rotation-max-overlap-seconds";
  static final String SWEEP = "sweep-seconds";
  static final String LOCKED = "refuse-locked-owner";
  static final String PENDING = "refuse-pending-actions";
  static final String EXPIRY_NOTICE = "expiry-notice-days";
  static final String NEW_NETWORK = "new-network-notice";
  static final String ALLOWED = "verify-allowed-addresses";

  /** As long as on the page in the shipped realm ({@code max_auth_age}). */
  private static final int STEP_UP_DEFAULT = 300;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the option and the range allowed
   */
  public ApiKeyConfig {
    check(CACHE_SIZE, cacheSize, 0, 10_000_000);
    check(USAGE_FLUSH, usageFlushSeconds, 1, 3_600);
    check(TOKEN_MAX, tokenMaxSeconds, 10, 3_600);
    check(STEP_UP, stepUpMaxAgeSeconds, 0, 86_400);
    check(WRONG_KEYS, wrongKeysPerMinute, 0, Limits.MOST);
    check(OVERLAP, rotationMaxOverlapSeconds, 0, 31_536_000);
    check(SWEEP, sweepSeconds, 1, 86_400);
    check(EXPIRY_NOTICE, expiryNoticeDays, 0, 365);
    verifyAllowedAddresses = List.copyOf(verifyAllowedAddresses);
  }

  /** Reads the options of a provider. */
  static ApiKeyConfig of(Config.Scope scope) {
    return new ApiKeyConfig(
        number(scope, CACHE_SIZE, 100_000),
        number(scope, USAGE_FLUSH, 10),
        number(scope, TOKEN_MAX, 300),
        number(scope, STEP_UP, STEP_UP_DEFAULT),
        number(scope, WRONG_KEYS, 30),
        number(scope, OVERLAP, 2_592_000),
        number(scope, SWEEP, 60),
        flag(scope, LOCKED, false),
        flag(scope, PENDING, true),
        number(scope, EXPIRY_NOTICE, 7),
        flag(scope, NEW_NETWORK, false),
        ranges(scope));
  }

  static List<ProviderConfigProperty> metadata() {
    return ProviderConfigurationBuilder.create()
        .property()
        .name(CACHE_SIZE)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Most keys whose owner this node remembers (0 to 10000000).")
        .defaultValue(100_000)
        .add()
        .property()
        .name(USAGE_FLUSH)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Seconds between two writes of usage counters (1 to 3600).")
        .defaultValue(10)
        .add()
        .property()
        .name(TOKEN_MAX)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Longest life in seconds of a token exchanged for a key (10 to 3600).")
        .defaultValue(300)
        .add()
        .property()
        .name(STEP_UP)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Seconds since the owner's login within which a key can be made or rotated"
                + " (0 to 86400, 0 for any time).")
        .defaultValue(STEP_UP_DEFAULT)
        .add()
        .property()
        .name(WRONG_KEYS)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Wrong keys per address and minute, at all nodes together, before 429 (0 to 10000, 0 for"
                + " any number).")
        .defaultValue(30)
        .add()
        .property()
        .name(OVERLAP)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText("Longest overlap in seconds that a rotation may ask for (0 to 31536000).")
        .defaultValue(2_592_000)
        .add()
        .property()
        .name(SWEEP)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Seconds between two removals of rotated keys whose overlap is over (1 to 86400).")
        .defaultValue(60)
        .add()
        .property()
        .name(LOCKED)
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .helpText("Whether a temporary brute-force lock-out of the owner stops the keys too.")
        .defaultValue(false)
        .add()
        .property()
        .name(PENDING)
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .helpText(
            "Whether pending required actions of the owner, a new password for example, stop the"
                + " keys too.")
        .defaultValue(true)
        .add()
        .property()
        .name(EXPIRY_NOTICE)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .helpText(
            "Days before the end of a key at which its owner is told (0 to 365, 0 for never).")
        .defaultValue(7)
        .add()
        .property()
        .name(NEW_NETWORK)
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .helpText("Whether owners are told of uses from networks that are new for a key.")
        .defaultValue(false)
        .add()
        .property()
        .name(ALLOWED)
        .type(ProviderConfigProperty.STRING_TYPE)
        .helpText(
            "Addresses or networks, separated by commas, that may call verify without"
                + " client credentials.")
        .defaultValue("")
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

  private static List<Network> ranges(Config.Scope scope) {
    String value = scope.get(ALLOWED);
    try {
      return value == null ? List.of() : Network.parseList(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          PREFIX + ALLOWED + " must list addresses or networks: " + e.getMessage(), e);
    }
  }

  private static void check(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          PREFIX + option + " must be " + min + " to " + max + ", but is " + value);
    }
  }
}
