package dev.bulwark.apikey.key.secret;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes keys of 256 random bits. Safe for use by several threads. */
public final class ApiKeyGenerator {

  private static final int BYTES = 32;

  private final SecureRandom random;

  public ApiKeyGenerator(SecureRandom random) {
    this.random = random;
  }

  /** A new key; the caller shows it once and keeps only its hash. */
  public String generate(String prefix) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return ApiKeyFormat.format(
        prefix, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }
}
