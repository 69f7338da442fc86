package dev.bulwark.limit.address;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An IPv4 or IPv6 network in CIDR notation, or a single address. Immutable. */
public final class Network {

  private final byte[] address;
  private final int bits;
  private final String text;

  private Network(byte[] address, int bits, String text) {
    this.address = address;
    this.bits = bits;
    this.text = text;
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a single address; never a host name.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = NumericAddress.bytes(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException("'" + text + "' is no address");
    }
    int bits = address.length * 8;
    if (slash >= 0) {
      String length = text.substring(slash + 1);
      if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > bits) {
        throw new IllegalArgumentException("'" + text + "' has no prefix length of 0 to " + bits);
      }
      bits = Integer.parseInt(length);
    }
    return new Network(address, bits, text);
  }

  /**
   * Reads networks separated by commas; none for an empty text.
   *
   * @throws IllegalArgumentException when one is none
   */
  public static List<Network> parseList(String text) {
    List<Network> networks = new ArrayList<>();
    for (String entry : text.split(",", -1)) {
      if (!entry.isBlank()) {
        networks.add(parse(entry.trim()));
      }
    }
    return List.copyOf(networks);
  }

  /** Whether the address, in numeric form, lies in this network; false for anything else. */
  public boolean contains(@Nullable String other) {
    byte[] bytes = other == null ? null : NumericAddress.bytes(other.trim());
    if (bytes == null || bytes.length != address.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i & 7);
      if ((bytes[i >> 3] & mask) != (address[i >> 3] & mask)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return text;
  }
}
