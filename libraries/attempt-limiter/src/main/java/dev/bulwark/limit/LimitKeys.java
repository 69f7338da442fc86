package dev.bulwark.limit;

import dev.bulwark.limit.address.Digest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a realm: {@code limit:{realm}:a:address} and {@code limit:{realm}:u:hash} of logins,
 * {@code :ca:address} and {@code :c:hash} of client secrets, {@code :k:address} of wrong API keys,
 * {@code limit:{realm:key}:q} of requests with an API key, {@code limit:{realm:hash}:o} of an
 * owner's requests about its keys, and others. What is in braces decides the slot of a Redis
 * Cluster, so that one script may use two.
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
   * Key of the windows of a realm that an administrator has emptied lately.
   *
   * @param windowKey key of any window of the realm
   * @return null for a key of another form
   */
  static @Nullable String liftsOf(String windowKey) {
    int end = windowKey.indexOf("}:");
    return end < 0 ? null : windowKey.substring(0, end + 2) + "l";
  }

  /**
   * Key of an address.
   *
   * @param bucket of {@link dev.bulwark.limit.address.ClientAddress}
   */
  public String ofAddress(String bucket) {
    return start + "a:" + bucket;
  }

  /**
   * Key of an IPv6 network of many addresses.
   *
   * @param network of {@link dev.bulwark.limit.address.ClientAddress#network}
   */
  public String ofNetwork(String network) {
    return start + "n:" + network;
  }

  /** Key of the user codes from an address, as {@link #ofAddress}. */
  public String ofUserCodes(String bucket) {
    return start + "d:" + bucket;
  }

  /** Key of the user codes from an IPv6 network, as {@link #ofNetwork}. */
  public String ofUserCodesNetwork(String network) {
    return start + "dn:" + network;
  }

  /** Key of the attempts at a user on a device where that user has logged in before. */
  public String ofDevice(String userId, String device) {
    return start + "kd:" + Digest.of("device:" + realmId, userId + " " + device);
  }

  /** Key of the failures at a user on a device where that user has logged in before. */
  public String ofDeviceFailures(String userId, String device) {
    return start + "kf:" + Digest.of("device:" + realmId, userId + " " + device);
  }

  /** Key of the failures at a user from an address from which that user has logged in lately. */
  public String ofKnownAddressFailures(String userId, String bucket) {
    return start + "kg:" + Digest.of("known:" + realmId, userId + " " + bucket);
  }

  /**
   * Key of the mark that a user has logged in from an address lately.
   *
   * @param stamp of the user's password: a new password takes the mark away
   */
  public String ofKnownAddress(String userId, String stamp, String bucket) {
    return start + "ka:" + Digest.of("known:" + realmId, userId + " " + stamp + " " + bucket);
  }

  /** Key of the wrong client secrets from an address, as {@link #ofAddress}. */
  public String ofClientsAddress(String bucket) {
    return start + "ca:" + bucket;
  }

  /** Key of the wrong secrets of one client from an address, as {@link #ofAddress}. */
  public String ofClient(String bucket, String clientId) {
    return start + "c:" + Digest.of("client:" + realmId, bucket + " " + clientId);
  }

  /** Key of the wrong API keys from an address, as {@link #ofAddress}. */
  public String ofApiKeys(String bucket) {
    return start + "k:" + bucket;
  }

  /**
   * Key of the requests with one API key. Its braces are its own, so the keys of a realm spread
   * over the slots of a Redis Cluster.
   *
   * @param keyId any text
   */
  public String ofApiKeyRequests(String keyId) {
    return withOwnSlotTag(PLAIN.matcher(keyId).matches() ? keyId : Digest.of("key", keyId)) + "q";
  }

  /**
   * Key of the requests of an owner about its API keys. Its braces are its own, too.
   *
   * @param type of the owner: {@code user} or {@code client}
   * @param id any text
   */
  public String ofApiKeyOwner(String type, String id) {
    return ofOwner(type, id) + "o";
  }

  /** Key of the API keys that an owner makes, as {@link #ofApiKeyOwner}. */
  public String ofNewApiKeys(String type, String id) {
    return ofOwner(type, id) + "on";
  }

  /** The id of a user of a user store may hold its name. */
  private String ofOwner(String type, String id) {
    return withOwnSlotTag(Digest.of("owner:" + realmId, type + ":" + id));
  }

  /** The beginning of a key with braces of its own. */
  private String withOwnSlotTag(String name) {
    return start.substring(0, start.length() - 2) + ":" + name + "}:";
  }

  /** Key of the global token revocations from an address, as {@link #ofAddress}. */
  public String ofGlobalRevocations(String bucket) {
    return start + "g:" + bucket;
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
