package dev.bulwark.app.settings;

import java.net.URI;
import java.util.List;

/** Rules for addresses. */
final class Addresses {

  private static final List<String> THIS_MACHINE = List.of("localhost", "127.0.0.1", "[::1]");

  private Addresses() {}

  /**
   * HTTPS, or HTTP on this machine.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void requireSafe(String setting, URI address) {
    requireHttp(setting, address);
    if ("http".equals(address.getScheme()) && !THIS_MACHINE.contains(address.getHost())) {
      throw new IllegalArgumentException(
          setting + " must be HTTPS; HTTP is for localhost only: " + address);
    }
  }

  /**
   * HTTP or HTTPS, with a host, without a slash at the end.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void requireHttp(String setting, URI address) {
    boolean http = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
    if (!http
        || address.getHost() == null
        || address.getRawUserInfo() != null
        || address.getRawQuery() != null
        || address.getRawFragment() != null
        || address.getPath().endsWith("/")) {
      throw new IllegalArgumentException(
          setting + " must be like https://host or https://host/path, without a slash at the end");
    }
  }
}
