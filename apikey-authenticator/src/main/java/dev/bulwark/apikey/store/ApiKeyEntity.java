package dev.bulwark.apikey.store;

import dev.bulwark.apikey.key.ImportedUsage;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * One row per key. For a key of a user it is an index only: the credential says what the key may
 * do, and a row without a credential is harmless. For a key of a client, {@link #data} is all there
 * is.
 */
@Entity
@Table(name = "BULWARK_API_KEY")
@NamedQuery(
    name = "bulwarkApiKeyByHash",
    query = "select k from ApiKeyEntity k where k.realmId = :realm and k.hash = :hash")
@NamedQuery(
    name = "bulwarkApiKeyByOwner",
    query =
        "select k from ApiKeyEntity k where k.realmId = :realm and k.ownerType = :type"
            + " and k.ownerId = :owner order by k.createdAt, k.id")
@NamedQuery(
    name = "bulwarkApiKeyByOwnerToLock",
    query =
        "select k from ApiKeyEntity k where k.realmId = :realm and k.ownerType = :type"
            + " and k.ownerId = :owner order by k.id")
@NamedQuery(
    name = "bulwarkApiKeyIdsOfOwner",
    query =
        "select k.id from ApiKeyEntity k where k.realmId = :realm and k.ownerType = :type"
            + " and k.ownerId = :owner order by k.id")
@NamedQuery(
    name = "bulwarkApiKeyReplaced",
    query =
        "select k.id from ApiKeyEntity k where k.retired = true and k.endsAt < :now"
            + " order by k.endsAt, k.id")
@NamedQuery(
    name = "bulwarkApiKeyEnding",
    query =
        "select k.id from ApiKeyEntity k where k.endsAt > :now and k.endsAt <= :until"
            + " and k.retired = false and k.ownerType = 'user' and k.endsAt - k.createdAt > :life"
            + " and (k.noticedEnd is null or k.noticedEnd <> k.endsAt) order by k.endsAt, k.id")
@NamedQuery(
    name = "bulwarkApiKeyOfUsersAfter",
    query =
        "select k from ApiKeyEntity k where k.ownerType = 'user' and k.id > :after order by k.id")
@NamedQuery(
    name = "bulwarkApiKeyOfUsersOfRealmAfter",
    query =
        "select k from ApiKeyEntity k where k.ownerType = 'user' and k.realmId = :realm"
            + " and k.id > :after order by k.id")
@NamedQuery(
    name = "bulwarkApiKeyOfRealmAfter",
    query = "select k from ApiKeyEntity k where k.realmId = :realm and k.id > :after order by k.id")
@NamedQuery(
    name = "bulwarkApiKeyDeleteOwner",
    query =
        "delete from ApiKeyEntity k where k.realmId = :realm and k.ownerType = :type"
            + " and k.ownerId = :owner")
@NamedQuery(
    name = "bulwarkApiKeyDeleteRealm",
    query = "delete from ApiKeyEntity k where k.realmId = :realm")
@NullUnmarked
public class ApiKeyEntity {

  /** Longest {@link #data}, in characters. */
  public static final int MAX_DATA = 4000;

  /** Longest id of a key in characters. */
  static final int MAX_ID = 36;

  @Id
  @Column(name = "ID", length = MAX_ID)
  private String id;

  @Column(name = "REALM_ID", length = 36, nullable = false)
  private String realmId;

  @Column(name = "HASH", length = 64, nullable = false)
  private String hash;

  @Column(name = "OWNER_TYPE", length = 8, nullable = false)
  private String ownerType;

  @Column(name = "OWNER_ID", length = 255, nullable = false)
  private String ownerId;

  @Column(name = "CREATED_AT", nullable = false)
  private long createdAt;

  @Column(name = "ENDS_AT")
  private @Nullable Long endsAt;

  @Column(name = "RETIRED", nullable = false)
  private boolean retired;

  @Column(name = "DATA", length = MAX_DATA)
  private @Nullable String data;

  @Column(name = "REQUEST_COUNT", nullable = false, updatable = false)
  private long requestCount;

  @Column(name = "LAST_USED_AT", updatable = false)
  private @Nullable Long lastUsedAt;

  @Column(name = "NOTICED_END", insertable = false, updatable = false)
  private @Nullable Long noticedEnd;

  @Column(name = "NETWORKS", length = 1000, insertable = false, updatable = false)
  private @Nullable String networks;

  /** Networks from which the key was used, latest first, separated by blanks; null for none. */
  public @Nullable String getNetworks() {
    return networks;
  }

  public String getId() {
    return id;
  }

  public void setId(String id) {
    this.id = id;
  }

  public String getRealmId() {
    return realmId;
  }

  public void setRealmId(String realmId) {
    this.realmId = realmId;
  }

  public String getHash() {
    return hash;
  }

  public void setHash(String hash) {
    this.hash = hash;
  }

  public String getOwnerType() {
    return ownerType;
  }

  public void setOwnerType(String ownerType) {
    this.ownerType = ownerType;
  }

  public String getOwnerId() {
    return ownerId;
  }

  public void setOwnerId(String ownerId) {
    this.ownerId = ownerId;
  }

  /** Epoch milliseconds. */
  public long getCreatedAt() {
    return createdAt;
  }

  public void setCreatedAt(long createdAt) {
    this.createdAt = createdAt;
  }

  /** Epoch milliseconds at which the key ends; a copy, for the sweep only. */
  public @Nullable Long getEndsAt() {
    return endsAt;
  }

  public void setEndsAt(@Nullable Long endsAt) {
    this.endsAt = endsAt;
  }

  /** Whether a rotation replaced the key; a copy, for the sweep and the limit only. */
  public boolean isRetired() {
    return retired;
  }

  public void setRetired(boolean retired) {
    this.retired = retired;
  }

  /** JSON of a client's key; null for a user's. */
  public @Nullable String getData() {
    return data;
  }

  public void setData(@Nullable String data) {
    this.data = data;
  }

  /** Sets what was counted elsewhere, in a row that is not stored yet; later it has no effect. */
  public void setUsage(ImportedUsage usage) {
    this.requestCount = usage.requestCount();
    this.lastUsedAt = usage.lastUsedAt();
  }

  /** Requests counted up to the last flush. */
  public long getRequestCount() {
    return requestCount;
  }

  /** Epoch milliseconds of the last counted request. */
  public @Nullable Long getLastUsedAt() {
    return lastUsedAt;
  }
}
