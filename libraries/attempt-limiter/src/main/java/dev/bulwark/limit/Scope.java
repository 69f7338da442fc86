package dev.bulwark.limit;

import java.util.Locale;

/** The unit by which attempts are counted. */
public enum Scope {
  /** An IPv4 address, or the /64 of an IPv6 address. */
  ADDRESS,
  /** The /48 of an IPv6 address. */
  NETWORK,
  /** A user, or a name that no user has. */
  ACCOUNT,
  /** A device on which the user has logged in before. */
  DEVICE;

  /** As in events and metrics: the name in lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
