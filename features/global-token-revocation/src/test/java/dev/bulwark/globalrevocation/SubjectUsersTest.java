package dev.bulwark.globalrevocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;

/**
 * R10: how much a call by e-mail address asks Keycloak for, and whom it takes of the answer. What
 * Keycloak answers is in {@code GlobalRevocationIT}.
 */
class SubjectUsersTest {

  private static final String ADDRESS = "noreply@a.example";
  private static final SubjectIdentifier NOREPLY = new SubjectIdentifier.Email(ADDRESS);
  private static final Caller CLIENT = new Caller.Client(Stub.of(ClientModel.class, Map.of()));

  /** Whom a search for the address gets. */
  private final List<UserModel> withAddress = new ArrayList<>();

  /** Whether the other store takes no notice of a link that is searched for. */
  private boolean knowsNoLinks;

  private final Map<String, String> aliases = new HashMap<>();
  private final List<ComponentModel> stores = new ArrayList<>();
  private final IdentityProviderModel provider = new IdentityProviderModel();
  private @Nullable DirectoryFactory storeFactory;
  private int lookUps;
  private int read;

  private final UserProvider users =
      Stub.of(
          UserProvider.class,
          Map.of(
              "searchForUserStream", a -> search(a[1], (int) a[2], (int) a[3]),
              "getFederatedIdentity", a -> link((UserModel) a[1], (String) a[2])));
  private final RealmModel realm =
      Stub.of(
          RealmModel.class,
          Map.of("getId", a -> "realm", "getComponentsStream", a -> stores.stream()));
  private final KeycloakContext context =
      Stub.of(KeycloakContext.class, Map.of("getRealm", a -> realm));
  private final KeycloakSessionFactory factories =
      Stub.of(KeycloakSessionFactory.class, Map.of("getProviderFactory", a -> storeFactory));
  private final KeycloakSession session =
      Stub.of(
          KeycloakSession.class,
          Map.of(
              "getContext", a -> context,
              "users", a -> users,
              "getKeycloakSessionFactory", a -> factories,
              "enlistForClose", a -> null));

  /**
   * As Keycloak does: users of other stores come last, and by their link only from a store that
   * ignores what it does not know.
   */
  private Stream<UserModel> search(Object by, int first, int max) {
    Object alias = ((Map<?, ?>) by).get(UserModel.IDP_ALIAS);
    List<UserModel> found =
        withAddress.stream()
            .filter(user -> alias == null || isFoundByLink(user, (String) alias))
            .skip(first)
            .limit(max)
            .toList();
    lookUps++;
    read += found.size();
    return found.stream();
  }

  private boolean isFoundByLink(UserModel user, String alias) {
    return user.getId().startsWith("f:") ? knowsNoLinks : alias.equals(aliases.get(user.getId()));
  }

  private @Nullable FederatedIdentityModel link(UserModel user, String alias) {
    lookUps++;
    return alias.equals(aliases.get(user.getId()))
        ? new FederatedIdentityModel(alias, "sub-" + user.getId(), null)
        : null;
  }

  private void haveTheAddress(String prefix, int count) {
    areFound(prefix, count, ADDRESS);
  }

  private void areFound(String prefix, int count, @Nullable String address) {
    for (int i = 0; i < count; i++) {
      withAddress.add(user(prefix + i, address));
    }
  }

  private static UserModel user(String id, @Nullable String address) {
    return Stub.of(UserModel.class, Map.of("getId", a -> id, "getEmail", a -> address));
  }

  private static DirectoryFactory answering(@Nullable UserModel user) {
    return new DirectoryFactory(() -> user);
  }

  private UserModel find() {
    provider.setAlias("okta");
    return find(new Caller.Issuer(provider));
  }

  private UserModel find(Caller caller) {
    IssuerCallers issuers = new IssuerCallers(session, "https://kc.example/realms/r");
    return new SubjectUsers(session, "https://kc.example/realms/r", issuers).find(NOREPLY, caller);
  }

  private void assertRejected(int status) {
    assertRejected(status, this::find);
  }

  private void assertRejected(int status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void theOneLinkedUserAmongThousandsIsFoundByOneQuery() {
    haveTheAddress("u", 50_000);
    aliases.put("u49999", "okta");
    aliases.put("u7", "other");
    assertThat(find().getId()).isEqualTo("u49999");
    assertThat(lookUps).isLessThanOrEqualTo(3);
    assertThat(read).isEqualTo(1);
  }

  @Test
  void nobodyIsAskedForALinkIfNobodyHasOne() {
    haveTheAddress("u", 1_000);
    assertRejected(404);
    assertThat(lookUps).isEqualTo(1);
    assertThat(read).isZero();
  }

  @Test
  void twoLinkedUsersAreEnough() {
    haveTheAddress("u", 1_000);
    withAddress.forEach(user -> aliases.put(user.getId(), "okta"));
    assertRejected(422);
    assertThat(lookUps).isEqualTo(3);
    assertThat(read).isLessThanOrEqualTo(100);
  }

  /** Keycloak knows no link of such a user by a query. */
  @Test
  void aLinkedUserOfAnotherStoreIsFound() {
    stores.add(new ComponentModel());
    haveTheAddress("u", 250);
    haveTheAddress("f:ldap:", 20);
    aliases.put("f:ldap:7", "okta");
    assertThat(find().getId()).isEqualTo("f:ldap:7");
    assertThat(lookUps).as("pages, and a link for each of the store").isLessThanOrEqualTo(30);

    aliases.put("u3", "okta");
    assertRejected(422);
  }

  /** Keycloak's search leaves it out. A store whose users are imported need not be asked. */
  @Test
  void aStoreThatDoesNotAnswerMayHaveTheUser() {
    storeFactory = new DirectoryFactory.Importing(new ModelException("Querying of LDAP failed"));
    ComponentModel imported = new ComponentModel();
    imported.put("importEnabled", "true");
    stores.add(imported);
    assertRejected(404);
    ComponentModel asked = addStoreWithoutImport();
    assertRejected(503);
    asked.put("enabled", "false");
    assertRejected(404);
  }

  /** The sessions of that user would go on, and the answer would be 204. */
  @Test
  void aStoreThatDoesNotAnswerMayHaveAnotherUserOfTheAddress() {
    haveTheAddress("u", 1);
    aliases.put("u0", "okta");
    addStoreWithoutImport();
    storeFactory = new DirectoryFactory(new ModelException("Querying of LDAP failed"));
    assertRejected(503, () -> find(CLIENT));
    assertRejected(503);
    storeFactory = answering(null);
    assertThat(find(CLIENT).getId()).isEqualTo("u0");
    assertThat(find().getId()).isEqualTo("u0");
  }

  /** It failed at the search, which Keycloak hides, and is back a moment later. */
  @Test
  void aStoreThatIsBackHasTheUser() {
    addStoreWithoutImport();
    storeFactory = answering(user("f:ldap:ann", ADDRESS));
    assertThat(find(CLIENT).getId()).isEqualTo("f:ldap:ann");
    assertRejected(404);
    aliases.put("f:ldap:ann", "okta");
    assertThat(find().getId()).isEqualTo("f:ldap:ann");
  }

  /** The answer would be 204, and one of the two signed out. */
  @Test
  void aStoreThatIsBackHasAnotherUserOfTheAddress() {
    haveTheAddress("u", 1);
    aliases.put("u0", "okta");
    addStoreWithoutImport();
    storeFactory = answering(user("f:ldap:ann", "NoReply@A.example"));
    assertRejected(422, () -> find(CLIENT));
    assertThat(find().getId()).as("the other one is not linked").isEqualTo("u0");
    aliases.put("f:ldap:ann", "okta");
    assertRejected(422);
  }

  @Test
  void aStoreThatIsBackHasSeveralUsersOfTheAddress() {
    haveTheAddress("u", 1);
    aliases.putAll(Map.of("u0", "okta", "f:ldap:1", "okta"));
    addStoreWithoutImport();
    storeFactory =
        new DirectoryFactory(
            () -> {
              haveTheAddress("f:ldap:", 2);
              throw new ModelDuplicateException("More results found");
            });
    assertRejected(422, () -> find(CLIENT));
    withAddress.removeIf(user -> user.getId().startsWith("f:"));
    assertRejected(422);
  }

  /** LDAP rejects a user whose address a local one has. Keycloak never loads it. */
  @Test
  void aUserThatKeycloakCannotLoadIsNone() {
    haveTheAddress("u", 1);
    addStoreWithoutImport();
    storeFactory = new DirectoryFactory(new ModelDuplicateException("Can't import user"));
    assertThat(find(CLIENT).getId()).isEqualTo("u0");
  }

  /** The look-up of a store that takes no notice of the address. */
  @Test
  void aStoreThatNamesAnotherAddressHasNoSuchUser() {
    addStoreWithoutImport();
    storeFactory = answering(user("f:store:1", "somebody@a.example"));
    assertRejected(404, () -> find(CLIENT));
    haveTheAddress("f:ldap:", 1);
    storeFactory = answering(withAddress.get(0));
    assertThat(find(CLIENT).getId()).isEqualTo("f:ldap:0");
  }

  /** However many have it in the store as well. */
  @Test
  void anAddressOfSeveralUsersIsAmbiguousWhetherAStoreAnswersOrNot() {
    haveTheAddress("u", 2);
    addStoreWithoutImport();
    storeFactory = new DirectoryFactory(new ModelException("Querying of LDAP failed"));
    assertRejected(422, () -> find(CLIENT));
  }

  private ComponentModel addStoreWithoutImport() {
    ComponentModel store = new ComponentModel();
    store.put("importEnabled", "false");
    stores.add(store);
    return store;
  }

  /** A custom store has no such setting, which Keycloak reads as one that imports. */
  @Test
  void aStoreThatCannotImportIsAsked() {
    stores.add(new ComponentModel());
    storeFactory = new DirectoryFactory(new IllegalStateException("no connection"));
    assertRejected(503);
    storeFactory = answering(null);
    assertRejected(404);
  }

  @Test
  void aStoreThatAnswersHasNoSuchUser() {
    addStoreWithoutImport();
    storeFactory = answering(null);
    assertRejected(404);
    // Several have the address, and the caller may name none of them.
    storeFactory = new DirectoryFactory(new ModelDuplicateException("More results found"));
    assertRejected(404);
    // It finds users by their names only, for example.
    storeFactory = new DirectoryFactory(new UnsupportedOperationException());
    assertRejected(404);
  }

  @Test
  void aFailureThatIsNotOfAStoreIsNone() {
    assertThatThrownBy(
            () ->
                UserStores.translateFailures(
                    () -> {
                      throw new IllegalStateException("a bug");
                    }))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void withAnotherStoreTheSearchEndsToo() {
    stores.add(new ComponentModel());
    haveTheAddress("u", 50_000);
    assertRejected(404);
    assertThat(read).isEqualTo(SubjectUsers.MAX_SEARCHED);
    assertThat(lookUps).isLessThanOrEqualTo(20);
  }

  /** Such a user is found by the link and by the address: it is one user. */
  @Test
  void aUserOfAStoreThatKnowsNoLinksIsFoundOnce() {
    stores.add(new ComponentModel());
    knowsNoLinks = true;
    haveTheAddress("f:store:", 3);
    aliases.put("f:store:1", "okta");
    assertThat(find().getId()).isEqualTo("f:store:1");

    aliases.put("f:store:2", "okta");
    assertRejected(422);
  }

  /** A store that answers any search with all of its users must not have strangers signed out. */
  @Test
  void aUserWithAnotherAddressIsNotMeant() {
    stores.add(new ComponentModel());
    knowsNoLinks = true;
    areFound("f:store:", 150, "somebody@a.example");
    areFound("f:none:", 1, null);
    withAddress.forEach(user -> aliases.put(user.getId(), "okta"));
    assertRejected(404);
    assertRejected(404, () -> find(CLIENT));

    areFound("f:upper:", 1, "NoReply@A.example");
    aliases.put("f:upper:0", "okta");
    assertThat(find().getId()).isEqualTo("f:upper:0");
    assertThat(find(CLIENT).getId()).isEqualTo("f:upper:0");
  }

  @Test
  void aClientMayNameOneUserOfAnAddress() {
    haveTheAddress("u", 1);
    assertThat(find(CLIENT).getId()).isEqualTo("u0");
    assertThat(lookUps).isEqualTo(1);
    haveTheAddress("v", 1);
    assertRejected(422, () -> find(CLIENT));
    assertThat(lookUps).isEqualTo(2);
    haveTheAddress("w", 1_000);
    read = 0;
    assertRejected(422, () -> find(CLIENT));
    assertThat(read).isEqualTo(2);
  }

  /** It answers any search with all of its users. */
  @Test
  void aClientsUserIsFoundBehindThoseWithOtherAddresses() {
    stores.add(new ComponentModel());
    areFound("f:store:", 998, "somebody@a.example");
    haveTheAddress("f:last:", 2);
    assertRejected(422, () -> find(CLIENT));
    assertThat(read).isEqualTo(SubjectUsers.MAX_SEARCHED);
    assertThat(lookUps).isLessThanOrEqualTo(12);
  }
}
