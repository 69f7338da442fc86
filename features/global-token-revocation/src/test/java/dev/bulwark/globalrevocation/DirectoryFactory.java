package dev.bulwark.globalrevocation;

import java.util.Date;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.UserStorageProvider;
import org.keycloak.storage.UserStorageProviderFactory;
import org.keycloak.storage.UserStorageProviderModel;
import org.keycloak.storage.user.ImportSynchronization;
import org.keycloak.storage.user.SynchronizationResult;
import org.keycloak.storage.user.UserLookupProvider;
import org.keycloak.storage.user.UserQueryMethodsProvider;

/**
 * A user store whose search finds nobody, as LDAP's does if it fails. A look-up tells what is so.
 */
class DirectoryFactory implements UserStorageProviderFactory<DirectoryFactory.Directory> {

  private final Supplier<@Nullable UserModel> lookUp;

  /** Nobody is in it. With what a look-up fails; null if it does not. */
  DirectoryFactory(@Nullable RuntimeException failure) {
    this(
        () -> {
          if (failure != null) {
            throw failure;
          }
          return null;
        });
  }

  /** What a look-up by an address does. */
  DirectoryFactory(Supplier<@Nullable UserModel> lookUp) {
    this.lookUp = lookUp;
  }

  @Override
  public Directory create(KeycloakSession session, ComponentModel model) {
    return new Directory(lookUp);
  }

  @Override
  public String getId() {
    return "directory";
  }

  /** One whose users Keycloak can import, as those of LDAP. */
  static final class Importing extends DirectoryFactory implements ImportSynchronization {

    Importing(@Nullable RuntimeException failure) {
      super(failure);
    }

    @Override
    public SynchronizationResult sync(
        KeycloakSessionFactory factory, String realmId, UserStorageProviderModel model) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SynchronizationResult syncSince(
        Date last, KeycloakSessionFactory factory, String realmId, UserStorageProviderModel model) {
      throw new UnsupportedOperationException();
    }
  }

  /** The store. */
  static final class Directory
      implements UserStorageProvider, UserQueryMethodsProvider, UserLookupProvider {

    private final Supplier<@Nullable UserModel> lookUp;

    private Directory(Supplier<@Nullable UserModel> lookUp) {
      this.lookUp = lookUp;
    }

    @Override
    public Stream<UserModel> searchForUserStream(
        RealmModel realm, Map<String, String> attributes, Integer first, Integer max) {
      return Stream.empty();
    }

    @Override
    public @Nullable UserModel getUserByEmail(RealmModel realm, String email) {
      return lookUp.get();
    }

    @Override
    public UserModel getUserById(RealmModel realm, String id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public UserModel getUserByUsername(RealmModel realm, String username) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Stream<UserModel> getGroupMembersStream(
        RealmModel realm, GroupModel group, Integer first, Integer max) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Stream<UserModel> searchForUserByUserAttributeStream(
        RealmModel realm, String name, String value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
