package dev.bulwark.ratelimit.key;

import java.util.regex.Pattern;

/**
 * The keys of a realm: {@code limit:{realm}:a:address} and {@code limit:{realm}:u:hash}. What is in
 * braces decides the slot of a Redis Cluster, so that one script may use both.
 */
public final class LimitKeys {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private final String realmId;
  private final String start;

  /**
   * Makes the keys of a realm.
   *
   * @param realmId any text
   */
  public LimitKeys(String realmId) {
    this.realmId = realmId;
    String tag = PLAIN.matcher(realmId).matches() ? realmId : Digest.of("realm", realmId);
    this.start = "limit:{" + tag + "}:";
  }

  /**
   * Key of an address.
   *
   * @param bucket of {@link dev.bulwark.ratelimit.address.ClientAddress}
   */
  public String ofAddress(String bucket) {
    return start + "a:" + bucket;
  }

  /** Key of a user that exists, whichever of its names was typed. */
  public String ofUser(String userId) {
    return start + "u:" + Digest.of("user:" + realmId, userId);
  }

  /**
   * Key of a name that no user has.
   *
   * @param name as Keycloak compares it: trimmed and in lower case
   */
  public String ofName(String name) {
    return start + "u:" + Digest.of("name:" + realmId, name);
  }
}
