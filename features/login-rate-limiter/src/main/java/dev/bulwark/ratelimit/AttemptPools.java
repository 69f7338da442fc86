package dev.bulwark.ratelimit;

import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.Limits;
import dev.bulwark.limit.Pool;
import dev.bulwark.limit.Scope;
import dev.bulwark.limit.Window;
import dev.bulwark.limit.address.ClientAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The windows in which login attempts of a realm from an address count. Pure.
 *
 * @param keys of the realm
 * @param rules of the realm
 * @param known how known devices and addresses count
 * @param address as Keycloak sees it; null or any text
 */
record AttemptPools(
    LimitKeys keys,
    RealmRules rules,
    LoginRateLimiterConfig.Known known,
    @Nullable String address) {

  /**
   * A user as far as known devices and addresses go.
   *
   * @param id of the user
   * @param stamp of the user's logins ({@link dev.bulwark.ratelimit.known.LoginStamp})
   * @param device name of the known device; null where the device is not known
   */
  record KnownUser(String id, String stamp, @Nullable String device) {}

  /** The windows of the address alone. */
  List<Window> ofAddress() {
    Limits limits = rules.limits();
    List<Window> windows = new ArrayList<>();
    if (limits.perAddress() > 0) {
      windows.add(
          new Window(
              keys.ofAddress(ClientAddress.bucket(address)),
              limits.perAddress(),
              limits.window(),
              Scope.ADDRESS));
    }
    String network = ClientAddress.network(address);
    if (network != null && rules.networkLimit() > 0) {
      windows.add(ofNetwork(keys.ofNetwork(network)));
    }
    return windows;
  }

  /** The window of an account; none where any number is allowed. */
  List<Window> ofAccount(@Nullable String accountKey) {
    Limits limits = rules.limits();
    return accountKey == null || limits.perAccount() == 0
        ? List.of()
        : List.of(new Window(accountKey, limits.perAccount(), limits.window(), Scope.ACCOUNT));
  }

  /** The windows of user codes. */
  List<Window> ofUserCodes() {
    List<Window> windows = new ArrayList<>();
    if (rules.userCodeLimit() > 0) {
      windows.add(
          new Window(
              keys.ofUserCodes(ClientAddress.bucket(address)),
              rules.userCodeLimit(),
              rules.limits().window(),
              Scope.ADDRESS));
    }
    String network = ClientAddress.network(address);
    if (network != null && rules.networkLimit() > 0) {
      windows.add(ofNetwork(keys.ofUserCodesNetwork(network)));
    }
    return windows;
  }

  private Window ofNetwork(String key) {
    return new Window(key, rules.networkLimit(), rules.limits().window(), Scope.NETWORK);
  }

  /** A pool, and what an attempt is that counts in it. */
  record Counted(CallerKind kind, Pool pool) {}

  /**
   * Where an attempt counts, in the first that has room: on a known device there alone, from a
   * known address in the windows of the address alone, else as a stranger. For each device and each
   * known address there is a budget of failures, beyond which it has no room.
   *
   * @param accountKey key of the account; null where the attempt names none
   * @param user null where the attempt names none
   */
  List<Counted> of(@Nullable String accountKey, @Nullable KnownUser user) {
    List<Counted> pools = new ArrayList<>();
    if (user != null && user.device() != null) {
      pools.add(new Counted(CallerKind.KNOWN_DEVICE, ofDevice(user.id(), user.device())));
    }
    if (user != null && known.addressDays() > 0) {
      pools.add(new Counted(CallerKind.KNOWN_ADDRESS, ofKnownAddress(user)));
    }
    pools.add(ofStranger(ofAddress(), ofAccount(accountKey)));
    return pools;
  }

  /** Where an attempt counts that is not counted by its address. */
  List<Counted> ofAccountAlone(@Nullable String accountKey) {
    return List.of(ofStranger(List.of(), ofAccount(accountKey)));
  }

  private static Counted ofStranger(List<Window> ofAddress, List<Window> ofAccount) {
    List<Window> windows = new ArrayList<>(ofAddress);
    windows.addAll(ofAccount);
    return new Counted(
        ofAccount.isEmpty() ? CallerKind.UNCOUNTED : CallerKind.STRANGER, Pool.of(windows));
  }

  /** Key of the mark that the user has logged in from this address. */
  String mark(String userId, String stamp) {
    return keys.ofKnownAddress(userId, stamp, ClientAddress.bucket(address));
  }

  private Pool ofDevice(String userId, String device) {
    List<Window> windows = new ArrayList<>();
    if (rules.deviceLimit() > 0) {
      windows.add(
          new Window(
              keys.ofDevice(userId, device),
              rules.deviceLimit(),
              rules.limits().window(),
              Scope.DEVICE));
    }
    windows.add(failures(keys.ofDeviceFailures(userId, device), Scope.DEVICE));
    return Pool.of(windows);
  }

  private Pool ofKnownAddress(KnownUser user) {
    List<Window> windows = new ArrayList<>(ofAddress());
    String key = keys.ofKnownAddressFailures(user.id(), ClientAddress.bucket(address));
    windows.add(failures(key, Scope.ACCOUNT));
    return new Pool(windows, mark(user.id(), user.stamp()));
  }

  private Window failures(String key, Scope scope) {
    return new Window(
        key, known.failureLimit(), LoginRateLimiterConfig.Known.FAILURE_WINDOW, scope);
  }
}
