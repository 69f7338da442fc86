package dev.bulwark.password.argon2;

/**
 * libargon2 got no memory or no thread. It says nothing about the password, and may pass by itself.
 */
public final class Argon2ResourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Argon2ResourceException(String message) {
    super(message);
  }
}
