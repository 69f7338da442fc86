package dev.bulwark.redis.limit;

import java.util.Locale;

/** What attempts are counted by. */
public enum Scope {
  ADDRESS,
  ACCOUNT;

  /** As in events and metrics: {@code address} or {@code account}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
