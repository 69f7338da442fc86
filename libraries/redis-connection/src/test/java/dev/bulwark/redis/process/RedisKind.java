package dev.bulwark.redis.process;

import dev.bulwark.testing.Programs;

/** The servers that speak Redis's protocol and that the tests run against. */
public enum RedisKind {
  REDIS("redis-server", "redis-server"),
  VALKEY("valkey-server", "valkey-server");

  private final String program;
  private final String debianPackage;

  RedisKind(String program, String debianPackage) {
    this.program = program;
    this.debianPackage = debianPackage;
  }

  /** Path of the program; skips the test where there is none. */
  String require() {
    return Programs.require(program, debianPackage).toString();
  }
}
