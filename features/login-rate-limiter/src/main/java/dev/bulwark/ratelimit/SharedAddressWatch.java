package dev.bulwark.ratelimit;

import dev.bulwark.limit.address.Network;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices that Keycloak is behind a proxy and was not told: many users seem to log in from one
 * private address, and share its five attempts. Tells so once. Thread-safe.
 */
final class SharedAddressWatch {

  static final int NAMES = 100;

  /** A proxy has few; a network of people has more, and is no proxy. */
  private static final int MAX_ADDRESSES = 16;

  private static final List<Network> PRIVATE =
      Network.parseList(
          "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,127.0.0.0/8,::1,fc00::/7,fe80::/10");

  private final Consumer<String> warning;

  private volatile @Nullable String suspect;

  /** Hashes of the names that came from an address; null when there is nothing to watch. */
  private volatile @Nullable Map<String, Set<Integer>> names;

  /**
   * A watch.
   *
   * @param isNeeded false where Keycloak learns the addresses from a proxy
   * @param warning is told the address, once
   */
  SharedAddressWatch(boolean isNeeded, Consumer<String> warning) {
    this.warning = warning;
    this.names = isNeeded ? oldestForgotten() : null;
  }

  private static Map<String, Set<Integer>> oldestForgotten() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Set<Integer>> eldest) {
        return size() > MAX_ADDRESSES;
      }
    };
  }

  /** Somebody tries to log in. */
  void note(@Nullable String address, @Nullable String name) {
    Map<String, Set<Integer>> watched = names;
    if (watched == null || address == null || name == null || !isPrivate(address)) {
      return;
    }
    synchronized (this) {
      if (names == null) {
        return;
      }
      Set<Integer> seen = watched.computeIfAbsent(address, any -> new HashSet<>());
      seen.add(name.hashCode());
      if (seen.size() < NAMES) {
        return;
      }
      names = null;
    }
    suspect = address;
    warning.accept(address);
  }

  /** The address of what seems to be a proxy; null while there is none. */
  @Nullable String suspect() {
    return suspect;
  }

  private static boolean isPrivate(String address) {
    return PRIVATE.stream().anyMatch(network -> network.contains(address));
  }
}
