package dev.bulwark.apikey.key;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import org.jspecify.annotations.Nullable;

/**
 * How often a key was used at another application, which an imported credential may say beside its
 * {@link ApiKeyData}. It becomes the start of the counter in the index; the credential loses it at
 * the key's next change.
 *
 * @param requestCount requests, 0 or more
 * @param lastUsedAt epoch milliseconds of the latest; null if unknown
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ImportedUsage(
    Long requestCount, @JsonDeserialize(using = InstantMillis.class) @Nullable Long lastUsedAt) {

  /**
   * Fills in what is missing.
   *
   * @throws IllegalArgumentException for a count below 0
   */
  public ImportedUsage {
    requestCount = requestCount == null ? 0 : requestCount;
    if (requestCount < 0) {
      throw new IllegalArgumentException("requestCount is below 0");
    }
  }
}
