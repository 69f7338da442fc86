package dev.bulwark.backchannel.delivery;

import dev.bulwark.limit.address.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.keycloak.common.enums.SslRequired;

/**
 * Where receivers may be: keeps a client from having Keycloak call addresses that only Keycloak can
 * reach, such as the metadata service of a cloud. Immutable.
 */
final class ReceiverNetworks {

  /** Metadata services of clouds that are not link-local, and 0.0.0.0/8, which is this machine. */
  private static final List<Network> BLOCKED =
      List.of(
          Network.parse("0.0.0.0/8"),
          Network.parse("100.100.100.200"),
          Network.parse("168.63.129.16"),
          Network.parse("fd00:ec2::/32"),
          Network.parse("255.255.255.255"));

  /** A gateway reaches the IPv4 address that is in the last four bytes (RFC 6052). */
  private static final Network NAT64 = Network.parse("64:ff9b::/96");

  private final List<Network> allowed;
  private final Resolver resolver;

  ReceiverNetworks(List<Network> allowed) {
    this(allowed, InetAddress::getAllByName);
  }

  /** With its collaborator. */
  ReceiverNetworks(List<Network> allowed, Resolver resolver) {
    this.allowed = allowed;
    this.resolver = resolver;
  }

  /** Finds the addresses of a name. */
  @FunctionalInterface
  interface Resolver {

    /** Returns one at least, the preferred first. */
    InetAddress[] resolve(String name) throws UnknownHostException;
  }

  /** The address of a receiver is not allowed. */
  static final class RejectedException extends IOException {

    private static final long serialVersionUID = 1L;

    RejectedException(String message) {
      super(message);
    }
  }

  /**
   * Returns the addresses that the host of a URL has now, each of which is allowed. A request has
   * to go to one of these: the host may have others a moment later.
   *
   * @param sslRequired of the realm: where it wants HTTPS, http is refused
   * @throws RejectedException if one is not allowed
   * @throws UnknownHostException if the host has none
   */
  List<InetAddress> addresses(URI url, SslRequired sslRequired) throws IOException {
    boolean plain = "http".equalsIgnoreCase(url.getScheme());
    List<InetAddress> addresses = List.of(resolver.resolve(name(url)));
    for (InetAddress address : addresses) {
      check(address);
      if (plain && sslRequired.isRequired(address.getHostAddress())) {
        throw new RejectedException("the realm requires HTTPS for this address");
      }
    }
    return addresses;
  }

  /** The host of a URL, without the brackets of IPv6. */
  static String name(URI url) {
    String host = url.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private void check(InetAddress address) throws UnknownHostException, RejectedException {
    String text = withoutZone(address.getHostAddress());
    boolean permitted =
        allowed.isEmpty()
            ? !isBlocked(address)
            : allowed.stream().anyMatch(network -> network.contains(text));
    if (!permitted) {
      throw new RejectedException("the address " + text + " is not allowed");
    }
  }

  private static boolean isBlocked(InetAddress address) throws UnknownHostException {
    String text = withoutZone(address.getHostAddress());
    if (NAT64.contains(text)) {
      byte[] bytes = address.getAddress();
      return isBlocked(
          InetAddress.getByAddress(Arrays.copyOfRange(bytes, bytes.length - 4, bytes.length)));
    }
    return address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || address.isAnyLocalAddress()
        || BLOCKED.stream().anyMatch(network -> network.contains(text));
  }

  private static String withoutZone(String address) {
    int zone = address.indexOf('%');
    return zone < 0 ? address : address.substring(0, zone);
  }
}
