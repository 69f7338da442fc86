package dev.bulwark.events.format;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells IP addresses from other texts that a proxy may send as the address of the sender. */
final class IpAddress {

  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern IP_V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

  /** Begins with a digit or colon and has a colon, so that Java looks no name up. */
  private static final Pattern LIKE_IP_V6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:][0-9A-Fa-f:.]*");

  private IpAddress() {}

  /** Whether the text is an IPv4 or IPv6 address, without a zone. False for null. */
  static boolean isValid(@Nullable String text) {
    if (text == null) {
      return false;
    }
    return IP_V4.matcher(text).matches() || (LIKE_IP_V6.matcher(text).matches() && isIpV6(text));
  }

  private static boolean isIpV6(String text) {
    try {
      return InetAddress.getByName(text) != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
