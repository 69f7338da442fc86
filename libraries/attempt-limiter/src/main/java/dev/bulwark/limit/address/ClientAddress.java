package dev.bulwark.limit.address;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The address by which the attempts of a client are counted. */
public final class ClientAddress {

  private static final int IPV6_NETWORK_BYTES = 8;
  private static final int IPV6_SITE_BYTES = 6;

  /** 64:ff9b::/96. */
  private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

  private ClientAddress() {}

  /**
   * The bytes of an address; null for other text. What a NAT64 makes of IPv4 with the well-known
   * prefix (RFC 6052, 2.1) is that IPv4 address: else all of the IPv4 Internet would be one /64.
   */
  private static byte @Nullable [] counted(String address) {
    byte[] bytes = NumericAddress.bytes(address.trim());
    return bytes != null
            && bytes.length == 16
            && Arrays.equals(bytes, 0, NAT64.length, NAT64, 0, NAT64.length)
        ? Arrays.copyOfRange(bytes, NAT64.length, 16)
        : bytes;
  }

  /**
   * An IPv4 address as it is, an IPv6 address as its /64, since one subscriber has all of that (RFC
   * 6177). Other text, which only a trusted proxy can have sent, stands for itself.
   *
   * @param address as Keycloak sees it; null or any text
   * @return at most 40 characters of letters, digits, dots and underscores
   */
  public static String bucket(@Nullable String address) {
    if (address == null || address.isBlank()) {
      return "unknown";
    }
    byte[] bytes = counted(address);
    if (bytes == null) {
      return "x" + Digest.of("address", address.trim());
    }
    if (bytes.length == 4) {
      return String.join(
          ".", List.of(octet(bytes[0]), octet(bytes[1]), octet(bytes[2]), octet(bytes[3])));
    }
    return HexFormat.of().formatHex(Arrays.copyOf(bytes, IPV6_NETWORK_BYTES)) + "_64";
  }

  /** Whether a text is an IPv4 or IPv6 address in numeric form. */
  public static boolean isNumeric(String text) {
    return NumericAddress.bytes(text.trim()) != null;
  }

  /**
   * The /48 of an IPv6 address, which one subscriber of a tunnel broker or one company has to
   * itself (RFC 6177); null for any other text.
   *
   * @param address as Keycloak sees it; null or any text
   */
  public static @Nullable String network(@Nullable String address) {
    byte[] bytes = address == null ? null : counted(address);
    return bytes == null || bytes.length == 4
        ? null
        : HexFormat.of().formatHex(Arrays.copyOf(bytes, IPV6_SITE_BYTES)) + "_48";
  }

  private static String octet(byte value) {
    return Integer.toString(Byte.toUnsignedInt(value));
  }
}
