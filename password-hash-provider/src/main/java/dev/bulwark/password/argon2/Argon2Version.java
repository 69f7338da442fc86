package dev.bulwark.password.argon2;

import java.util.Arrays;
import java.util.Optional;

/** The two versions of Argon2 in use (RFC 9106 section 3.1, parameter {@code v}). */
public enum Argon2Version {
  /** Version 0x10, of 2015: later passes overwrite memory. Read only to verify old hashes. */
  V10("1.0", 0x10),
  /** Version 0x13, the one of RFC 9106: later passes XOR into memory. */
  V13("1.3", 0x13);

  private final String label;
  private final int code;

  Argon2Version(String label, int code) {
    this.label = label;
    this.code = code;
  }

  /** The name used in Keycloak's credential data ({@code 1.0}, {@code 1.3}). */
  public String label() {
    return label;
  }

  /**
   * The number of RFC 9106 (0x10 or 0x13), written in decimal in PHC strings ({@code v=16}, {@code
   * v=19}).
   */
  public int code() {
    return code;
  }

  /** Finds the version of a {@linkplain #label() label}; empty when there is none. */
  public static Optional<Argon2Version> ofLabel(String label) {
    return Arrays.stream(values()).filter(version -> version.label.equals(label)).findFirst();
  }

  /** Finds the version of a {@linkplain #code() number}; empty when there is none. */
  public static Optional<Argon2Version> ofCode(int code) {
    return Arrays.stream(values()).filter(version -> version.code == code).findFirst();
  }
}
