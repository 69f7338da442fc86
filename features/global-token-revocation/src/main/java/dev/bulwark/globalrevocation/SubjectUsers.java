package dev.bulwark.globalrevocation;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;

/**
 * Finds the user that a subject identifier names. An identity provider finds only users that are
 * linked with it: a provider of one customer must not sign out those of another, and learns nothing
 * of them, not even that several have an e-mail address.
 */
final class SubjectUsers {

  /** One more than a caller may mean: no more of the users it may name are looked for. */
  private static final int MAX_MATCHES = 2;

  /** Users that are read at a time. An address such as noreply@ may be that of all users. */
  private static final int PAGE_SIZE = 100;

  /** So many users of an address at most are looked through for those of other stores. */
  static final int MAX_SEARCHED = 1_000;

  /** The type of user stores such as LDAP. */
  private static final String USER_STORE_TYPE = "org.keycloak.storage.UserStorageProvider";

  private final KeycloakSession session;
  private final RealmModel realm;
  private final String realmIssuer;
  private final IssuerCallers issuers;

  SubjectUsers(KeycloakSession session, String realmIssuer, IssuerCallers issuers) {
    this.session = session;
    this.realm = session.getContext().getRealm();
    this.realmIssuer = realmIssuer;
    this.issuers = issuers;
  }

  /**
   * Returns the user.
   *
   * @throws RequestException if the caller may name none of them, or more than one; or if a store
   *     does not answer
   */
  UserModel find(SubjectIdentifier subject, Caller caller) {
    List<UserModel> found = search(subject, caller);
    if (found.size() < MAX_MATCHES && subject instanceof SubjectIdentifier.Email email) {
      // The search leaves out a store that is down, and another user may have the address there.
      found = confirmed(found, email, caller);
    }
    if (found.isEmpty()) {
      throw RequestException.unknownSubject();
    }
    if (found.size() > 1) {
      throw RequestException.ambiguous();
    }
    return found.get(0);
  }

  private List<UserModel> search(SubjectIdentifier subject, Caller caller) {
    return caller instanceof Caller.Issuer issuer
        ? linked(subject, issuer.provider().getAlias())
        : users(subject);
  }

  /**
   * Asks the stores one by one. If one names a user that was not found, or has several, it may have
   * failed at the search and be back: then the search is made again.
   *
   * @throws RequestException if a store does not answer
   */
  private List<UserModel> confirmed(
      List<UserModel> found, SubjectIdentifier.Email email, Caller caller) {
    UserStores.Answers answers = new UserStores(session, realm).ask(email.address());
    List<UserModel> meant =
        answers.users().stream()
            .filter(user -> hasAddress(user, email.address()) && mayBeNamed(user, caller))
            .toList();
    if (!answers.several() && byId(found).keySet().containsAll(byId(meant).keySet())) {
      return found;
    }
    Map<String, UserModel> all = byId(search(email, caller));
    // A store may look up users that its search does not find.
    meant.forEach(user -> all.putIfAbsent(user.getId(), user));
    return List.copyOf(all.values());
  }

  private boolean mayBeNamed(UserModel user, Caller caller) {
    return !(caller instanceof Caller.Issuer issuer)
        || isLinked(user, issuer.provider().getAlias());
  }

  private static Map<String, UserModel> byId(List<UserModel> users) {
    Map<String, UserModel> byId = new LinkedHashMap<>();
    users.forEach(user -> byId.put(user.getId(), user));
    return byId;
  }

  /** Whom the identifier names; of an address some at most. */
  private List<UserModel> users(SubjectIdentifier subject) {
    if (subject instanceof SubjectIdentifier.IssuerSubject named) {
      return listed(ofIssuer(named));
    }
    if (subject instanceof SubjectIdentifier.Email email) {
      return withAddress(email.address());
    }
    return listed(withId(((SubjectIdentifier.Opaque) subject).id()));
  }

  /** Those of them that are linked with an identity provider, some at most. */
  private List<UserModel> linked(SubjectIdentifier subject, String alias) {
    if (subject instanceof SubjectIdentifier.Email email) {
      return linkedWithAddress(email.address(), alias);
    }
    return users(subject).stream().filter(user -> isLinked(user, alias)).toList();
  }

  private List<UserModel> withAddress(String address) {
    Map<String, UserModel> found = new LinkedHashMap<>();
    // Whoever has the address is wanted, so the first of them are enough, mostly.
    addFromPages(address, user -> true, found, MAX_MATCHES);
    return List.copyOf(found.values());
  }

  /**
   * The search by the link is one query, however many have the address. It does not know the links
   * of users that another store has and Keycloak does not import: these are asked for one by one. A
   * store may have answered the search by the link all the same.
   */
  private List<UserModel> linkedWithAddress(String address, String alias) {
    Map<String, UserModel> found = new LinkedHashMap<>();
    Map<String, String> withLink = Map.of(UserModel.EMAIL, address, UserModel.IDP_ALIAS, alias);
    search(withLink, 0, PAGE_SIZE).stream()
        .filter(user -> hasAddress(user, address) && isLinked(user, alias))
        .limit(MAX_MATCHES)
        .forEach(user -> found.put(user.getId(), user));
    if (hasStores()) {
      addFromPages(
          address,
          user -> !StorageId.isLocalStorage(user) && isLinked(user, alias),
          found,
          PAGE_SIZE);
    }
    return List.copyOf(found.values());
  }

  /**
   * Adds those of the first {@value #MAX_SEARCHED} users of an address that are wanted, some at
   * most.
   *
   * @param firstPage how many users are read at first
   */
  private void addFromPages(
      String address, Predicate<UserModel> wanted, Map<String, UserModel> found, int firstPage) {
    int first = 0;
    int size = firstPage;
    while (first < MAX_SEARCHED && found.size() < MAX_MATCHES) {
      List<UserModel> page = search(Map.of(UserModel.EMAIL, address), first, size);
      page.stream()
          .filter(user -> !found.containsKey(user.getId()) && hasAddress(user, address))
          .filter(wanted)
          .limit(MAX_MATCHES - found.size())
          .forEach(user -> found.put(user.getId(), user));
      first = isLast(page, size) ? MAX_SEARCHED : first + size;
      size = Math.min(PAGE_SIZE, MAX_SEARCHED - first);
    }
  }

  /** With other stores, Keycloak leaves users out that are gone there: only an empty page tells. */
  private boolean isLast(List<UserModel> page, int size) {
    return page.isEmpty() || (page.size() < size && !hasStores());
  }

  /** A store that does not know how to search for an address may answer with all of its users. */
  private static boolean hasAddress(UserModel user, String address) {
    String own = user.getEmail();
    return own != null && own.toLowerCase(Locale.ROOT).equals(address.toLowerCase(Locale.ROOT));
  }

  private boolean hasStores() {
    return realm.getComponentsStream(realm.getId(), USER_STORE_TYPE).findAny().isPresent();
  }

  private static List<UserModel> listed(@Nullable UserModel user) {
    return user == null ? List.of() : List.of(user);
  }

  private @Nullable UserModel ofIssuer(SubjectIdentifier.IssuerSubject named) {
    if (named.issuer().equals(realmIssuer)) {
      return withId(named.subject());
    }
    Optional<IdentityProviderModel> provider = issuers.provider(named.issuer());
    return provider.isEmpty()
        ? null
        : session
            .users()
            .getUserByFederatedIdentity(
                realm,
                new FederatedIdentityModel(provider.get().getAlias(), named.subject(), null));
  }

  private @Nullable UserModel withId(String id) {
    return session.users().getUserById(realm, id);
  }

  private List<UserModel> search(Map<String, String> by, int first, int max) {
    Map<String, String> exactly = new HashMap<>(by);
    exactly.put(UserModel.EXACT, "true");
    // All are read before one is asked for its link: a driver may allow one statement at a time.
    return session.users().searchForUserStream(realm, exactly, first, max).toList();
  }

  private boolean isLinked(UserModel user, String alias) {
    return session.users().getFederatedIdentity(realm, user, alias) != null;
  }
}
