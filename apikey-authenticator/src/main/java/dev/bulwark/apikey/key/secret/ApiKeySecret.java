package dev.bulwark.apikey.key.secret;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * The secret part of the stored credential: the hash and nothing else.
 *
 * @param hash SHA-256 in hexadecimal
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ApiKeySecret(String hash) {

  /** Checks and normalizes the hash of an imported key. */
  public ApiKeySecret {
    if (hash == null || !KeyHash.isHash(hash)) {
      throw new IllegalArgumentException("hash must be a SHA-256 in hexadecimal");
    }
    hash = KeyHash.normalize(hash);
  }

  @Override
  public String toString() {
    return "ApiKeySecret[hidden]";
  }
}
