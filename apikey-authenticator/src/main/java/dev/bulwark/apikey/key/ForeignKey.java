package dev.bulwark.apikey.key;

import dev.bulwark.apikey.key.secret.KeyHash;
import org.jspecify.annotations.Nullable;

/**
 * A key of another application, of which only the hash is known.
 *
 * @param hash SHA-256 in hexadecimal, either case
 * @param data what is chosen of a new key, the part that may be shown, and whether it is active
 * @param createdAt epoch milliseconds, null for now
 */
public record ForeignKey(String hash, ApiKeyData data, @Nullable Long createdAt) {

  /** The longest visible part: more than that would give away the key. */
  public static final int MAX_PREFIX = 24;

  /**
   * Checks and normalizes.
   *
   * @throws IllegalArgumentException with a message that may be shown, without the hash
   */
  public ForeignKey {
    if (!KeyHash.isHash(hash)) {
      throw new IllegalArgumentException("hash must be a SHA-256 in hexadecimal (64 digits)");
    }
    hash = KeyHash.normalize(hash);
    String prefix = data.prefix();
    if (prefix.length() > MAX_PREFIX || prefix.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IllegalArgumentException(
          "prefix must be at most " + MAX_PREFIX + " printable ASCII characters");
    }
  }

  @Override
  public String toString() {
    return "ForeignKey[" + data.name() + "]";
  }
}
