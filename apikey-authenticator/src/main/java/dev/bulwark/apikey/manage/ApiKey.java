package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.ApiKeyData;

/**
 * A key that exists.
 *
 * @param id stable identifier; for a user's key also the id of the credential
 * @param owner who it belongs to
 * @param hash SHA-256 of the key
 * @param data what it may do
 * @param createdAt epoch milliseconds
 */
public record ApiKey(String id, KeyOwner owner, String hash, ApiKeyData data, long createdAt) {

  @Override
  public String toString() {
    return "ApiKey[" + id + "]";
  }
}
