package dev.bulwark.redis.client;

import java.util.Locale;

/** Why Redis cannot be used, in one word that says nothing about addresses and users. */
enum RedisFailureKind {
  AUTHENTICATION("wrongpass", "noauth", "err auth"),
  PERMISSION("noperm"),
  TLS("ssl", "pkix", "certificate", "subject alternative", "no name matching"),
  REFUSES_WRITES("oom", "readonly", "misconf", "noreplicas"),
  CLUSTER_DOWN("clusterdown", "no node serves slot", "masterdown"),
  LOADING("loading"),
  TIME_OUT("timed out", "timeout"),
  UNREACHABLE("refused", "failed to connect", "connection", "unknownhost", "sentinel", "cluster"),
  CONFIGURATION,
  NOT_CONTACTED,
  NOT_CONFIGURED,
  OTHER;

  private final String[] signs;

  RedisFailureKind(String... signs) {
    this.signs = signs;
  }

  /** The kind of a failure that Redis or the connection reports; the first that matches. */
  static RedisFailureKind of(String error) {
    String lower = error.toLowerCase(Locale.ROOT);
    for (RedisFailureKind kind : values()) {
      for (String sign : kind.signs) {
        if (lower.contains(sign)) {
          return kind;
        }
      }
    }
    return OTHER;
  }

  /** For example {@code refuses-writes}. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
