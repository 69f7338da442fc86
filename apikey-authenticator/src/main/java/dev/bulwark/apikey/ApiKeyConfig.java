package dev.bulwark.apikey;

import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.limit.Limits;
import dev.bulwark.limit.address.Network;
import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The options of {@code --spi-api-key--default--…}, checked.
 *
 * @param everywhere whether all realms have API keys; read by {@link RealmSwitches}
 * @param cacheSize most keys whose owner is remembered on this node, 0 to 10,000,000
 * @param usageFlushSeconds how often usage is written, 1 to 3,600
 * @param tokenMaxSeconds longest life of an exchanged token, 10 to 3,600
 * @param stepUpMaxAgeSeconds how recent the owner's login must be to make a key, 0 (any) to 86,400
 * @param wrongKeysPerMinute wrong keys accepted per address and minute, 0 (any) to 10,000
 * @param ownerRequestsPerMinute requests of an owner about its keys in a minute, 0 (any number) to
 *     10,000
 * @param ownerNewKeysPerHour keys that an owner makes or rotates in an hour, 0 (any number) to
 *     10,000
 * @param rotationMaxOverlapSeconds longest overlap of a rotation, 0 to 31,536,000
 * @param sweepSeconds how often rotated keys and rows without a key are removed, 1 to 86,400
 * @param refuseLockedOwner whether brute-force lockout of the owner stops the keys too
 * @param refusePendingActions whether pending required actions of the owner stop the keys
 * @param expiryNoticeDays how many days before its end the owner of a key is told, 0 (never) to 365
 * @param newNetworkNotice whether owners are told of uses from networks that are new for a key
 * @param verifyAllowedAddresses addresses that may call {@code verify} without credentials
 */
public record ApiKeyConfig(
    boolean everywhere,
    int cacheSize,
    int usageFlushSeconds,
    int tokenMaxSeconds,
    int stepUpMaxAgeSeconds,
    int wrongKeysPerMinute,
    int ownerRequestsPerMinute,
    int ownerNewKeysPerHour,
    int rotationMaxOverlapSeconds,
    int sweepSeconds,
    boolean refuseLockedOwner,
    boolean refusePendingActions,
    int expiryNoticeDays,
    boolean newNetworkNotice,
    List<Network> verifyAllowedAddresses) {

  private static final String PREFIX = "spi-api-key--default--";

  /** As long as on the page in the shipped realm ({@code max_auth_age}). */
  private static final int STEP_UP_DEFAULT = 300;

  private static final Option<Boolean> EVERYWHERE =
      Option.flag(
          "everywhere",
          false,
          "Whether all realms have API keys, and not only those whose required action"
              + " `create-api-key` is enabled.");
  private static final Option<Integer> CACHE_SIZE =
      Option.number("cache-size", 0, 10_000_000, 100_000, "Keys whose owner a node remembers.");
  private static final Option<Integer> USAGE_FLUSH =
      Option.number(
          "usage-flush-seconds", 1, 3_600, 10, "Seconds between two writes of usage counters.");
  private static final Option<Integer> TOKEN_MAX =
      Option.number(
          "token-max-seconds", 10, 3_600, 300, "Longest life of an exchanged token, in seconds.");
  private static final Option<Integer> STEP_UP =
      Option.number(
          "step-up-max-age-seconds",
          0,
          86_400,
          STEP_UP_DEFAULT,
          "How recent the login of the owner must be to make, rotate or widen a key, in seconds; 0 for any time.");
  private static final Option<Integer> WRONG_KEYS =
      Option.number(
          "wrong-keys-per-minute",
          0,
          Limits.MAX_LIMIT,
          30,
          "Wrong keys per address (IPv6: /64) in any minute, at all nodes together, before 429; ten times as many per /48 of IPv6; 0 for any number.");
  private static final Option<Integer> OWNER_REQUESTS =
      Option.number(
          "owner-requests-per-minute",
          0,
          10_000,
          300,
          "Requests of one owner about its own keys in a minute, at all nodes together, before 429; 0 for any number.");
  private static final Option<Integer> OWNER_NEW_KEYS =
      Option.number(
          "owner-new-keys-per-hour",
          0,
          10_000,
          300,
          "Keys that one owner makes or rotates in an hour, at all nodes together, before 429; 0 for any number.");
  private static final Option<Integer> OVERLAP =
      Option.number(
          "rotation-max-overlap-seconds",
          0,
          31_536_000,
          2_592_000,
          "Longest overlap of a rotation, in seconds.");
  private static final Option<Integer> SWEEP =
      Option.number(
          "sweep-seconds",
          1,
          86_400,
          60,
          "Seconds between two removals of rotated keys whose overlap is over, and of rows that no credential stands behind.");
  private static final Option<Boolean> LOCKED =
      Option.flag(
          "refuse-locked-owner",
          false,
          "Whether a temporary brute-force lockout of the owner stops the keys too. Then anyone who"
              + " guesses at the owner's password stops them.");
  private static final Option<Boolean> PENDING =
      Option.flag(
          "refuse-pending-actions",
          true,
          "Whether pending required actions of the owner (a new password, an address to confirm)"
              + " stop the keys too, until the owner has done them at a login. Keycloak's password"
              + " grant and JWT grant do the same.");
  private static final Option<Integer> EXPIRY_NOTICE =
      Option.number(
          "expiry-notice-days",
          0,
          365,
          7,
          "Days before the end of a user's key at which its owner gets a mail; 0 for never.");
  private static final Option<Boolean> NEW_NETWORK =
      Option.flag(
          "new-network-notice",
          false,
          "Whether owners get a mail about uses from networks that are new for a key.");
  private static final Option<List<Network>> ALLOWED =
      Option.parsed(
          "verify-allowed-addresses",
          "addresses or networks separated by commas",
          "",
          Network::parseList,
          "Addresses and networks (CIDR) that may call `verify` without client credentials.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          PREFIX,
          EVERYWHERE,
          CACHE_SIZE,
          USAGE_FLUSH,
          TOKEN_MAX,
          STEP_UP,
          WRONG_KEYS,
          OWNER_REQUESTS,
          OWNER_NEW_KEYS,
          OVERLAP,
          SWEEP,
          LOCKED,
          PENDING,
          EXPIRY_NOTICE,
          NEW_NETWORK,
          ALLOWED);

  /** Takes checked values. */
  public ApiKeyConfig {
    verifyAllowedAddresses = List.copyOf(verifyAllowedAddresses);
  }

  /**
   * Reads and checks the options of a provider.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  public static ApiKeyConfig of(Config.Scope scope) {
    return new ApiKeyConfig(
        OPTIONS.read(scope, EVERYWHERE),
        OPTIONS.read(scope, CACHE_SIZE),
        OPTIONS.read(scope, USAGE_FLUSH),
        OPTIONS.read(scope, TOKEN_MAX),
        OPTIONS.read(scope, STEP_UP),
        OPTIONS.read(scope, WRONG_KEYS),
        OPTIONS.read(scope, OWNER_REQUESTS),
        OPTIONS.read(scope, OWNER_NEW_KEYS),
        OPTIONS.read(scope, OVERLAP),
        OPTIONS.read(scope, SWEEP),
        OPTIONS.read(scope, LOCKED),
        OPTIONS.read(scope, PENDING),
        OPTIONS.read(scope, EXPIRY_NOTICE),
        OPTIONS.read(scope, NEW_NETWORK),
        OPTIONS.read(scope, ALLOWED));
  }

  public static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
