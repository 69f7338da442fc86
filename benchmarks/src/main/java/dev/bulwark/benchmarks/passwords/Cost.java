package dev.bulwark.benchmarks.passwords;

import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2Type;
import dev.bulwark.password.argon2.Argon2Version;

/**
 * What an Argon2id hash of 32 bytes costs.
 *
 * @param memory KiB
 */
record Cost(int memory, int iterations, int parallelism) {

  /** The shipped one. */
  static final Cost SHIPPED = new Cost(65_536, 3, 4);

  static final int HASH_LENGTH = 32;

  Argon2Parameters parameters() {
    return new Argon2Parameters(
        Argon2Type.ID, Argon2Version.V13, memory, iterations, parallelism, HASH_LENGTH);
  }
}
