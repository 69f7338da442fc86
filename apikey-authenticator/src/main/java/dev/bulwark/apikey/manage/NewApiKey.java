package dev.bulwark.apikey.manage;

/**
 * A key just made, with its plain text for the only time.
 *
 * @param key the stored key
 * @param plainText shown once to whoever asked, then forgotten
 */
public record NewApiKey(ApiKey key, String plainText) {

  @Override
  public String toString() {
    return "NewApiKey[" + key.id() + "]";
  }
}
