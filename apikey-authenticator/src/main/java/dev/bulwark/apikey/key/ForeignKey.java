package dev.bulwark.apikey.key;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key of another application, of which only the hash is known.
 *
 * @param hash SHA-256 in hexadecimal, either case
 * @param name 1 to 100 characters
 * @param prefix the part of the key that may be shown; empty if unknown
 * @param scopes the client scopes it carries
 * @param expiresAt epoch milliseconds, null for the longest life that the realm allows
 * @param active false for a key that is kept but refused
 * @param createdAt epoch milliseconds, null for now
 */
public record ForeignKey(
    String hash,
    String name,
    String prefix,
    List<String> scopes,
    @Nullable Long expiresAt,
    boolean active,
    @Nullable Long createdAt) {

  /** The longest {@link #prefix}: more than that would give away the key. */
  public static final int MAX_PREFIX = 24;

  /**
   * Checks and normalises.
   *
   * @throws IllegalArgumentException with a message that may be shown, without the hash
   */
  public ForeignKey {
    if (!KeyHash.isHash(hash)) {
      throw new IllegalArgumentException("hash must be a SHA-256 in hexadecimal (64 digits)");
    }
    hash = KeyHash.normalize(hash);
    if (prefix.length() > MAX_PREFIX || prefix.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IllegalArgumentException(
          "prefix must be at most " + MAX_PREFIX + " printable ASCII characters");
    }
    scopes = List.copyOf(scopes);
  }

  @Override
  public String toString() {
    return "ForeignKey[" + name + "]";
  }
}
