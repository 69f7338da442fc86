package dev.bulwark.globalrevocation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.UserStorageProvider;
import org.keycloak.storage.UserStorageProviderFactory;
import org.keycloak.storage.UserStorageProviderModel;
import org.keycloak.storage.user.ImportSynchronization;
import org.keycloak.storage.user.UserLookupProvider;
import org.keycloak.storage.user.UserQueryMethodsProvider;

/**
 * The user stores of a realm, such as LDAP. Keycloak's own search by an attribute leaves out a
 * store that does not answer, so its answer does not tell that there is no such user, or no other
 * one. LDAP's own search in pages has no failures either. A look-up of one user has.
 */
final class UserStores {

  private static final Logger LOG = Logger.getLogger(UserStores.class);

  /** A type that Keycloak 26.6 may lack, so it is known by its name alone. */
  private static final String UNAVAILABLE_EXCEPTION =
      "org.keycloak.storage.StorageUnavailableException";

  private final KeycloakSession session;
  private final RealmModel realm;

  UserStores(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /**
   * Does what may ask a store.
   *
   * @throws RequestException if a store does not answer
   */
  static <T> T translateFailures(Supplier<T> work) {
    try {
      return work.get();
    } catch (ModelException e) {
      throw RequestException.unavailable(e);
    } catch (RuntimeException e) {
      throw e.getClass().getName().equals(UNAVAILABLE_EXCEPTION)
          ? RequestException.unavailable(e)
          : e;
    }
  }

  /**
   * What the stores say of an address.
   *
   * @param users one of each store at most; some may have another address
   * @param several whether a store has several such users, and names none
   */
  record Answers(List<UserModel> users, boolean several) {}

  /**
   * Asks each store for a user. Users of a store that Keycloak imports are in its database as well,
   * so these stores are not asked.
   *
   * @param address e-mail address
   * @throws RequestException if one does not answer
   */
  Answers ask(String address) {
    List<UserModel> users = new ArrayList<>();
    boolean several = false;
    for (UserStorageProviderModel store : enabled()) {
      try {
        lookUp(store, address).ifPresent(users::add);
      } catch (ModelDuplicateException e) {
        LOG.debugf(e, "User store %s has several users", store.getName());
        several = true;
      } catch (UnsupportedOperationException e) {
        // It can never tell: asking again does not help.
        LOG.debugf(e, "User store %s finds nobody by an address", store.getName());
      } catch (RuntimeException e) {
        // Whatever it is, this store is where it comes from.
        throw RequestException.unavailable(e);
      }
    }
    return new Answers(users, several);
  }

  private List<UserStorageProviderModel> enabled() {
    return realm
        .getComponentsStream(realm.getId(), UserStorageProvider.class.getName())
        .map(UserStorageProviderModel::new)
        .filter(UserStorageProviderModel::isEnabled)
        .toList();
  }

  private Optional<UserModel> lookUp(UserStorageProviderModel store, String address) {
    if (session
                .getKeycloakSessionFactory()
                .getProviderFactory(UserStorageProvider.class, store.getProviderId())
            instanceof UserStorageProviderFactory<?> factory
        && !imports(store, factory)) {
      UserStorageProvider provider = factory.create(session, store);
      session.enlistForClose(provider);
      // Others are not searched by Keycloak either.
      if (provider instanceof UserQueryMethodsProvider
          && provider instanceof UserLookupProvider users) {
        return Optional.ofNullable(users.getUserByEmail(realm, address));
      }
    }
    return Optional.empty();
  }

  /**
   * Whether Keycloak imports the users of a store. The setting alone does not tell: a custom store
   * that never imports lacks it, and Keycloak reads that as {@code true}.
   */
  private static boolean imports(
      UserStorageProviderModel store, UserStorageProviderFactory<?> factory) {
    return store.isImportEnabled() && factory instanceof ImportSynchronization;
  }
}
