package dev.bulwark.password.argon2;

import java.util.Arrays;
import java.util.Optional;

/** The three variants of Argon2 (RFC 9106 section 3.1, parameter {@code y}). */
public enum Argon2Type {
  /** Data-dependent memory access. */
  D("d", 0),
  /** Data-independent memory access. */
  I("i", 1),
  /** The hybrid; the one to use for passwords. */
  ID("id", 2);

  private final String label;
  private final int code;

  Argon2Type(String label, int code) {
    this.label = label;
    this.code = code;
  }

  /** The name used in Keycloak's credential data ({@code i}, {@code d}, {@code id}). */
  public String label() {
    return label;
  }

  /** The number of RFC 9106, which libargon2 and BouncyCastle share. */
  public int code() {
    return code;
  }

  /** Finds the variant of a {@linkplain #label() label}; empty when there is none. */
  public static Optional<Argon2Type> ofLabel(String label) {
    return Arrays.stream(values()).filter(type -> type.label.equals(label)).findFirst();
  }
}
