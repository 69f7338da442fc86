package dev.bulwark.apikey.key;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An IPv4 or IPv6 network in CIDR notation, or a single address. Immutable. */
public final class AddressRange {

  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

  /** Anything else of digits and dots would be looked up as a host name. */
  private static final Pattern NUMERIC =
      Pattern.compile(OCTET + "(\\." + OCTET + "){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private final byte[] network;
  private final int bits;
  private final String text;

  private AddressRange(byte[] network, int bits, String text) {
    this.network = network;
    this.bits = bits;
    this.text = text;
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a single address; never a host name.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
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
    return new AddressRange(address, bits, text);
  }

  /** Whether the address, in numeric form, lies in this range; false for anything else. */
  public boolean contains(@Nullable String address) {
    byte[] other = address == null ? null : bytes(address);
    if (other == null || other.length != network.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i & 7);
      if ((other[i >> 3] & mask) != (network[i >> 3] & mask)) {
        return false;
      }
    }
    return true;
  }

  /**
   * What wrong keys are counted by: an IPv4 address, or the /64 of an IPv6 address, since one
   * subscriber has all of that. Other text stands for itself.
   */
  public static String bucket(@Nullable String address) {
    byte[] bytes = address == null ? null : bytes(address);
    if (bytes == null) {
      return String.valueOf(address);
    }
    return HexFormat.of().formatHex(bytes.length == 4 ? bytes : Arrays.copyOf(bytes, 8));
  }

  private static byte @Nullable [] bytes(String address) {
    String plain = address;
    if (plain.startsWith("[") && plain.endsWith("]")) {
      plain = plain.substring(1, plain.length() - 1);
    }
    int zone = plain.indexOf('%');
    if (zone >= 0) {
      plain = plain.substring(0, zone);
    }
    if (!NUMERIC.matcher(plain).matches()) {
      return null;
    }
    try {
      // Numeric text only: nothing is resolved. IPv4-mapped IPv6 becomes IPv4.
      return InetAddress.getByName(plain).getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
