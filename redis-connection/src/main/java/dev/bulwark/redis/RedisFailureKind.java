package dev.bulwark.redis;

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
  NOT_CONTACTED("not contacted"),
  OTHER;

  private final String[] signs;

  RedisFailureKind(String... signs) {
    this.signs = signs;
  }

  /** The kind of a failure's description; the first that matches. */
  static RedisFailureKind of(String error) {
    if (error.startsWith(RedisConfig.OPTION_PREFIX)) {
      return CONFIGURATION;
    }
    // Without the advice, whose names of options would match.
    int advice = error.indexOf(RedisAdvice.CHECK);
    String lower = (advice < 0 ? error : error.substring(0, advice)).toLowerCase(Locale.ROOT);
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
