package dev.bulwark.limit.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads addresses in numeric form; nothing is ever looked up. */
final class NumericAddress {

  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

  /** Anything else of digits and dots would be looked up as a host name. */
  private static final Pattern FORM =
      Pattern.compile(OCTET + "(\\." + OCTET + "){3}|[0-9a-fA-F:.]{0,45}:[0-9a-fA-F:.]{0,45}");

  private NumericAddress() {}

  /**
   * The 4 or 16 bytes of an address, with or without brackets and zone; null if it is none.
   * IPv4-mapped IPv6 (RFC 4291, 2.5.5.2) becomes IPv4.
   */
  static byte @Nullable [] bytes(String text) {
    String plain = text;
    if (plain.startsWith("[") && plain.endsWith("]")) {
      plain = plain.substring(1, plain.length() - 1);
    }
    int zone = plain.indexOf('%');
    if (zone >= 0) {
      plain = plain.substring(0, zone);
    }
    if (!FORM.matcher(plain).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(plain).getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
