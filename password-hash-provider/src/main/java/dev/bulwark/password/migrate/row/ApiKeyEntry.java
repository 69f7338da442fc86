package dev.bulwark.password.migrate.row;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An API key of the other application.
 *
 * @param hash its SHA-256, 64 hexadecimal digits in lower case
 * @param name null for one made up from its number
 * @param scopes null for those of the command line
 * @param expiresAt null for never
 * @param requestCount requests so far, 0 or more
 * @param lastUsedAt null for never
 * @param createdAt null for the moment of the import
 * @param restrictions rate limit, networks and metadata as they are stored; empty for none
 */
public record ApiKeyEntry(
    String hash,
    @Nullable String name,
    @Nullable List<String> scopes,
    @Nullable Instant expiresAt,
    boolean active,
    long requestCount,
    @Nullable Instant lastUsedAt,
    @Nullable Instant createdAt,
    ObjectNode restrictions) {

  public static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /** A key known by its hash alone. */
  public static ApiKeyEntry of(String hash) {
    return new ApiKeyEntry(
        hash, null, null, null, true, 0, null, null, JsonNodeFactory.instance.objectNode());
  }

  /** The same key with what a check has made of hash, name and scopes. */
  public ApiKeyEntry checked(String checkedHash, String checkedName, List<String> checkedScopes) {
    return new ApiKeyEntry(
        checkedHash,
        checkedName,
        checkedScopes,
        expiresAt,
        active,
        requestCount,
        lastUsedAt,
        createdAt,
        restrictions);
  }
}
