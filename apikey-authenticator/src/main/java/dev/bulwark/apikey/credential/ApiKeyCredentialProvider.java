package dev.bulwark.apikey.credential;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.ImportedUsage;
import dev.bulwark.apikey.key.KeyName;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import dev.bulwark.apikey.store.StoredCredentials;
import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.factory.ServedRequest;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.constants.ServiceAccountConstants;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialMetadata;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.CredentialProvider;
import org.keycloak.credential.CredentialTypeMetadata;
import org.keycloak.credential.CredentialTypeMetadataContext;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.storage.StorageId;

/**
 * The credential type {@code api-key}. The credential is the source of truth of a user's key;
 * creation also writes the row of the index. It is no {@code CredentialInputValidator}: a key never
 * stands in for a password.
 */
final class ApiKeyCredentialProvider implements CredentialProvider<ApiKeyCredentialModel> {

  /** With matrix parameters or doubled slashes, Keycloak finds the same resource. */
  private static final Pattern ADMIN_API_OF_USERS =
      Pattern.compile("/admin/+(realms|api)/+[^/]+/+users([;/].*)?$");

  private final KeycloakSession session;
  private @Nullable KeyInformation information;

  ApiKeyCredentialProvider(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public String getType() {
    return ApiKeyCredentialModel.TYPE;
  }

  /**
   * Stores a key: of this module, or one that the import of a realm brings as a hash.
   *
   * @throws ModelException for a credential that an administrator writes to a user by Keycloak's
   *     own Admin API, which would ask for the role manage-users alone
   */
  @Override
  public CredentialModel createCredential(
      RealmModel realm, UserModel user, ApiKeyCredentialModel model) {
    if (isServiceAccount(realm, user)) {
      throw new ModelException(
          "A service account cannot have an api-key credential: create a key for the client"
              + " (POST /admin/realms/{realm}/api-keys with an owner of type client)");
    }
    if (isOfAdminApiOfUsers()) {
      throw new ModelException(
          "An api-key credential is not written to a user: create the key with POST"
              + " /admin/realms/{realm}/api-keys, or import it there");
    }
    ApiKeyData data = model.data();
    String hash = model.hash();
    ImportedUsage usage = ApiKeyCredentialModel.readUsage(model.getCredentialData());
    if (model.getId() == null) {
      model.setId(KeycloakModelUtils.generateId());
    }
    if (model.getCreatedDate() == null) {
      model.setCreatedDate(Time.currentTimeMillis());
    }
    String name = KeyName.ofLabel(data.name()).orElse("API key");
    if (!name.equals(data.name())) {
      data = data.toBuilder().name(name).build();
      model.setData(data);
    }
    model.setUserLabel(freeLabel(user, model.getId(), data));

    ApiKeyIndex index = new ApiKeyIndex(session);
    dropStaleRow(realm, index, hash, model.getId());
    CredentialModel stored = user.credentialManager().createStoredCredential(model);
    ApiKeyEntity row = row(realm, user, stored.getId(), model);
    row.setUsage(usage);
    index.insert(row);
    ImportedKeys.note(realm, data);
    return stored;
  }

  private boolean isOfAdminApiOfUsers() {
    @Nullable HttpRequest request = ServedRequest.of(session.getContext());
    return request != null && ADMIN_API_OF_USERS.matcher(request.getUri().getPath()).find();
  }

  /** An import links a service account with its client only after it has made the credentials. */
  private static boolean isServiceAccount(RealmModel realm, UserModel user) {
    if (user.getServiceAccountClientLink() != null) {
      return true;
    }
    String prefix = ServiceAccountConstants.SERVICE_ACCOUNT_USER_PREFIX;
    String name = user.getUsername();
    if (name == null || !name.startsWith(prefix)) {
      return false;
    }
    // User names are in lower case, client ids need not be.
    String clientId = name.substring(prefix.length());
    return realm
        .getClientsStream()
        .anyMatch(
            client ->
                client.isServiceAccountsEnabled()
                    && client.getClientId().equalsIgnoreCase(clientId));
  }

  /** The index row of a user's key. */
  static ApiKeyEntity row(
      RealmModel realm, UserModel user, String id, ApiKeyCredentialModel model) {
    ApiKeyEntity row = new ApiKeyEntity();
    row.setId(id);
    row.setRealmId(realm.getId());
    row.setHash(model.hash());
    row.setOwnerType(OwnerType.USER.id());
    row.setOwnerId(user.getId());
    row.setCreatedAt(model.getCreatedDate());
    row.setEndsAt(model.data().end());
    row.setRetired(model.data().isRotated());
    return row;
  }

  private static String freeLabel(UserModel user, String id, ApiKeyData data) {
    Set<String> labels =
        user.credentialManager()
            .getStoredCredentialsByTypeStream(ApiKeyCredentialModel.TYPE)
            .map(CredentialModel::getUserLabel)
            .collect(Collectors.toSet());
    return ApiKeyCredentialModel.freeLabel(data, id, labels::contains);
  }

  /** Keycloak's own deletion of a credential leaves its row behind; an import may bring it back. */
  private void dropStaleRow(RealmModel realm, ApiKeyIndex index, String hash, String id) {
    Optional<ApiKeyEntity> row =
        index.byHash(realm.getId(), hash).or(() -> index.byId(realm.getId(), id));
    row.ifPresent(
        stale -> {
          if (isInUse(realm, stale)) {
            throw new ModelDuplicateException("An API key with this hash or id exists already");
          }
          index.remove(stale);
        });
  }

  private boolean isInUse(RealmModel realm, ApiKeyEntity row) {
    if (row.getOwnerType().equals(OwnerType.CLIENT.id())) {
      return true;
    }
    UserModel owner = session.users().getUserById(realm, row.getOwnerId());
    return owner != null && owner.credentialManager().getStoredCredentialById(row.getId()) != null;
  }

  @Override
  public boolean deleteCredential(RealmModel realm, UserModel user, String credentialId) {
    ApiKeyIndex index = new ApiKeyIndex(session);
    index.byId(realm.getId(), credentialId).ifPresent(index::remove);
    if (!new StorageId(user.getId()).isLocal()) {
      new StoredCredentials(session).readAllAgain(user.getId());
    }
    return user.credentialManager().removeStoredCredentialById(credentialId);
  }

  @Override
  public ApiKeyCredentialModel getCredentialFromModel(CredentialModel model) {
    return ApiKeyCredentialModel.of(model);
  }

  @Override
  public CredentialTypeMetadata getCredentialTypeMetadata(CredentialTypeMetadataContext context) {
    return CredentialTypeMetadata.builder()
        .type(getType())
        .category(CredentialTypeMetadata.Category.BASIC_AUTHENTICATION)
        .displayName("api-key-display-name")
        .helpText("api-key-help-text")
        .iconCssClass("kcAuthenticatorApiKeyClass")
        .createAction(RealmSwitches.API_KEYS)
        .removeable(true)
        .build(session);
  }

  @Override
  public CredentialMetadata getCredentialMetadata(
      ApiKeyCredentialModel model, CredentialTypeMetadata typeMetadata) {
    KeyInformation known = information;
    if (known == null) {
      known = new KeyInformation(session);
      information = known;
    }
    return known.of(model);
  }
}
