package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.client.ClientKeyAttributes;
import dev.bulwark.apikey.client.ClientKeyVersion;
import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.apikey.store.StoredCredentials;
import dev.bulwark.apikey.store.StoredCredentials.Place;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.UserCredentialStore;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.UserStoragePrivateUtil;
import org.keycloak.storage.UserStorageUtil;

/** Stores keys: as credentials of users, and as rows for clients. */
public final class ApiKeyStore {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final ApiKeyIndex index;

  /** Ids of the users whose credentials were all read again. */
  private final Set<String> readAgain = new HashSet<>();

  /** Stores the keys of a realm in a session. */
  public ApiKeyStore(KeycloakSession session, RealmModel realm, ApiKeyIndex index) {
    this.session = session;
    this.realm = realm;
    this.index = index;
  }

  /** The owner that a row names, if it still exists. */
  public Optional<KeyOwner> owner(ApiKeyEntity row) {
    return owner(OwnerType.of(row.getOwnerType()).orElseThrow(), row.getOwnerId());
  }

  /** The owner of an id, if it exists. */
  Optional<KeyOwner> owner(OwnerType type, String id) {
    if (type == OwnerType.USER) {
      UserModel user = session.users().getUserById(realm, id);
      return user == null ? Optional.empty() : Optional.of(new KeyOwner.User(user));
    }
    ClientModel client = realm.getClientById(id);
    return client == null ? Optional.empty() : Optional.of(new KeyOwner.Client(client));
  }

  /** The key of a row, through Keycloak's caches; empty for a row that nothing stands behind. */
  public Optional<ApiKey> read(KeyOwner owner, ApiKeyEntity row) {
    if (owner instanceof KeyOwner.User user) {
      return key(owner, user.model().credentialManager().getStoredCredentialById(row.getId()));
    }
    return Optional.of(clientKey(owner, row));
  }

  /**
   * The key of a row, as it is in the database now. Call it before the key is changed.
   *
   * @param row was read under lock
   */
  Optional<ApiKey> readLocked(KeyOwner owner, ApiKeyEntity row) {
    readAgain(owner, row);
    return readStored(owner, row);
  }

  /**
   * Makes this session have the credential behind a row as it is in the database now.
   *
   * @param row was read under lock
   */
  public void readAgain(KeyOwner owner, ApiKeyEntity row) {
    if (owner instanceof KeyOwner.User) {
      Place place = isLocal(owner.id()) ? Place.LOCAL : Place.FEDERATED;
      new StoredCredentials(session).readAgain(place, row.getId());
    }
  }

  private static boolean isLocal(String userId) {
    return new StorageId(userId).isLocal();
  }

  /** The key of a row, past Keycloak's caches, which do not know of one that was made just now. */
  public Optional<ApiKey> readStored(KeyOwner owner, ApiKeyEntity row) {
    if (owner instanceof KeyOwner.User user) {
      return key(owner, freshCredential(user.model(), row.getId()));
    }
    return Optional.of(clientKey(owner, row));
  }

  private CredentialModel freshCredential(UserModel user, String id) {
    if (isLocal(user.getId())) {
      return ((UserCredentialStore) UserStoragePrivateUtil.userLocalStorage(session))
          .getStoredCredentialById(realm, user, id);
    }
    return UserStorageUtil.userFederatedStorage(session)
        .getStoredCredentialById(realm, user.getId(), id);
  }

  private static Optional<ApiKey> key(KeyOwner owner, @Nullable CredentialModel stored) {
    if (stored == null || !ApiKeyCredentialModel.TYPE.equals(stored.getType())) {
      return Optional.empty();
    }
    ApiKeyCredentialModel model = ApiKeyCredentialModel.of(stored);
    long created = stored.getCreatedDate() == null ? 0 : stored.getCreatedDate();
    return Optional.of(new ApiKey(stored.getId(), owner, model.hash(), model.data(), created));
  }

  private static ApiKey clientKey(KeyOwner owner, ApiKeyEntity row) {
    ApiKeyData data = ApiKeyCredentialModel.readData(row.getData());
    return new ApiKey(row.getId(), owner, row.getHash(), data, row.getCreatedAt());
  }

  /**
   * Requires data that fits the column of the index.
   *
   * @throws ApiKeyException of kind {@link ApiKeyException.Kind#INVALID_REQUEST} for longer data
   */
  static void requireFits(ApiKeyData data) {
    if (ApiKeyCredentialModel.write(data).length() > ApiKeyEntity.MAX_DATA) {
      throw new ApiKeyException(
          ApiKeyException.Kind.INVALID_REQUEST, "The data of the key is too long to store");
    }
  }

  void create(ApiKey key) {
    if (key.owner() instanceof KeyOwner.User user) {
      user.model()
          .credentialManager()
          .createCredentialThroughProvider(
              ApiKeyCredentialModel.create(
                  key.id(), key.hash(), key.data(), key.data().name(), key.createdAt()));
      return;
    }
    ClientModel client = ((KeyOwner.Client) key.owner()).model();
    ApiKeyEntity row = new ApiKeyEntity();
    row.setId(key.id());
    row.setRealmId(realm.getId());
    row.setHash(key.hash());
    row.setOwnerType(OwnerType.CLIENT.id());
    row.setOwnerId(client.getId());
    row.setCreatedAt(key.createdAt());
    copy(key.data(), row);
    row.setData(ApiKeyCredentialModel.write(key.data()));
    index.insert(row);
    ClientKeyAttributes.put(client, row, key.data());
    ClientKeyVersion.change(client);
  }

  void update(ApiKey key, ApiKeyEntity row) {
    copy(key.data(), row);
    if (key.owner() instanceof KeyOwner.User user) {
      CredentialModel stored = freshCredential(user.model(), key.id());
      ApiKeyCredentialModel model = ApiKeyCredentialModel.of(stored);
      String name = key.data().name();
      if (!name.equals(model.data().name())) {
        Set<String> labels =
            user.model()
                .credentialManager()
                .getStoredCredentialsByTypeStream(ApiKeyCredentialModel.TYPE)
                .filter(other -> !other.getId().equals(key.id()))
                .map(CredentialModel::getUserLabel)
                .collect(Collectors.toSet());
        model.setUserLabel(ApiKeyCredentialModel.freeLabel(key.data(), key.id(), labels::contains));
      }
      model.setData(key.data());
      user.model().credentialManager().updateStoredCredential(model);
      return;
    }
    row.setData(ApiKeyCredentialModel.write(key.data()));
    ClientModel client = ((KeyOwner.Client) key.owner()).model();
    ClientKeyAttributes.put(client, row, key.data());
    ClientKeyVersion.change(client);
  }

  /** Removes a key and its row. */
  public void remove(ApiKey key, ApiKeyEntity row) {
    index.remove(row);
    if (key.owner() instanceof KeyOwner.User user) {
      readAllAgain(user);
      user.model().credentialManager().removeStoredCredentialById(key.id());
    } else {
      ClientModel client = ((KeyOwner.Client) key.owner()).model();
      ClientKeyAttributes.remove(client, key.id());
      ClientKeyVersion.change(client);
    }
  }

  /** Once for an owner: from then on they are locked. */
  private void readAllAgain(KeyOwner.User user) {
    if (!isLocal(user.id()) && readAgain.add(user.id())) {
      new StoredCredentials(session).readAllAgain(user.id());
    }
  }

  private static void copy(ApiKeyData data, ApiKeyEntity row) {
    row.setEndsAt(data.end());
    row.setRetired(data.isRotated());
  }
}
