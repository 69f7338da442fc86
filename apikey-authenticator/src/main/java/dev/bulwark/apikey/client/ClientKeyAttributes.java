package dev.bulwark.apikey.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.credential.ImportedKeys;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.KeyName;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.key.secret.ApiKeySecret;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.ModelException;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A copy of a client's keys in its attributes, one for each key, so that Keycloak's own export,
 * partial export and import carry them (hash only). The rows are what counts: a copy is read only
 * when the client is made, and any other change to the attributes is undone.
 */
public final class ClientKeyAttributes {

  /** What the name of an attribute begins with; the id of the key follows. A data format. */
  static final String PREFIX = "api-key.key.";

  private static final int ID_LENGTH = 36;

  private final KeycloakSession session;
  private final ApiKeyIndex index;

  ClientKeyAttributes(KeycloakSession session) {
    this.session = session;
    this.index = new ApiKeyIndex(session);
  }

  /**
   * The form of one copy.
   *
   * @param hash SHA-256 of the key
   * @param createdAt epoch milliseconds
   * @param data what the key may do
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Copy(@Nullable String hash, @Nullable Long createdAt, @Nullable ApiKeyData data) {}

  /** Writes the copy of a key. */
  public static void put(ClientModel client, ApiKeyEntity row, ApiKeyData data) {
    client.setAttribute(PREFIX + row.getId(), copy(row, data));
  }

  /** Removes the copy of a key. */
  public static void remove(ClientModel client, String keyId) {
    client.removeAttribute(PREFIX + keyId);
  }

  private static String copy(ApiKeyEntity row, ApiKeyData data) {
    return ApiKeyCredentialModel.write(new Copy(row.getHash(), row.getCreatedAt(), data));
  }

  /** Undoes what was done to the copies, for example by saving a client as it was read earlier. */
  void repair(ClientModel client) {
    Map<String, String> stray = copies(client);
    for (ApiKeyEntity row : rows(client)) {
      String wanted = copy(row, ApiKeyCredentialModel.readData(row.getData()));
      if (!wanted.equals(stray.remove(PREFIX + row.getId()))) {
        client.setAttribute(PREFIX + row.getId(), wanted);
      }
    }
    stray.keySet().forEach(client::removeAttribute);
  }

  /**
   * Makes the rows of a client that an import or an administrator has just made with copies.
   *
   * @throws ModelException naming the client and the attribute that cannot be read
   * @throws ModelDuplicateException when the realm has a key with the same hash
   */
  void restore(ClientModel client) {
    for (Map.Entry<String, String> entry : copies(client).entrySet()) {
      client.removeAttribute(entry.getKey());
      ApiKeyEntity row = row(client, entry.getKey(), entry.getValue());
      index.insert(row);
      ApiKeyData data = ApiKeyCredentialModel.readData(row.getData());
      ImportedKeys.note(client.getRealm(), data);
      put(client, row, data);
    }
  }

  /** Takes away what a client that registers itself has brought: its keys are not its to choose. */
  void drop(ClientModel client) {
    copies(client).keySet().forEach(client::removeAttribute);
  }

  private ApiKeyEntity row(ClientModel client, String name, String json) {
    Copy copy = read(client, name, json);
    String id = name.substring(PREFIX.length());
    ApiKeyEntity row = new ApiKeyEntity();
    // An id is unique on the server; that of a realm imported twice under two names is taken.
    row.setId(id.length() > ID_LENGTH || index.isTaken(id) ? KeycloakModelUtils.generateId() : id);
    row.setRealmId(client.getRealm().getId());
    row.setHash(hash(client, name, copy));
    row.setOwnerType(OwnerType.CLIENT.id());
    row.setOwnerId(client.getId());
    row.setCreatedAt(copy.createdAt() == null ? Time.currentTimeMillis() : copy.createdAt());
    ApiKeyData data = data(client, name, copy);
    row.setEndsAt(data.end());
    row.setRetired(data.isRotated());
    row.setData(ApiKeyCredentialModel.write(data));
    return row;
  }

  private static String hash(ClientModel client, String name, Copy copy) {
    String hash = copy.hash();
    try {
      return new ApiKeySecret(hash == null ? "" : hash).hash();
    } catch (IllegalArgumentException e) {
      throw unreadable(client, name, "its hash is not a SHA-256 in hexadecimal");
    }
  }

  private static ApiKeyData data(ClientModel client, String name, Copy copy) {
    ApiKeyData data = copy.data();
    if (data == null) {
      throw unreadable(client, name, "it has no data");
    }
    ApiKeyData named =
        data.toBuilder().name(KeyName.ofLabel(data.name()).orElse("API key")).build();
    if (ApiKeyCredentialModel.write(named).length() > ApiKeyEntity.MAX_DATA) {
      throw unreadable(client, name, "it is too long");
    }
    return named;
  }

  private static Copy read(ClientModel client, String name, String json) {
    try {
      return ApiKeyCredentialModel.read(json, Copy.class, "attribute");
    } catch (ModelException e) {
      throw unreadable(client, name, "it is not the JSON of a key");
    }
  }

  private static ModelException unreadable(ClientModel client, String name, String why) {
    return new ModelException(
        "The attribute "
            + name
            + " of the client "
            + client.getClientId()
            + " cannot be imported: "
            + why);
  }

  private List<ApiKeyEntity> rows(ClientModel client) {
    return index.ofOwner(client.getRealm().getId(), OwnerType.CLIENT, client.getId());
  }

  private static Map<String, String> copies(ClientModel client) {
    Map<String, String> found = new HashMap<>();
    Optional.ofNullable(client.getAttributes())
        .orElse(Map.of())
        .forEach(
            (name, value) -> {
              if (name.startsWith(PREFIX)) {
                found.put(name, value);
              }
            });
    return found;
  }
}
