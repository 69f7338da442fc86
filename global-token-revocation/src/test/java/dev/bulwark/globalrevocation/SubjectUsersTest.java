package dev.bulwark.globalrevocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;

/**
 * R10: how much an identity provider's call by e-mail address asks Keycloak for. What Keycloak
 * answers is in {@code GlobalRevocationIT}.
 */
class SubjectUsersTest {

  private static final SubjectIdentifier NOREPLY = new SubjectIdentifier.Email("noreply@a.example");

  private final List<UserModel> withAddress = new ArrayList<>();
  private final Map<String, String> aliases = new HashMap<>();
  private final List<ComponentModel> stores = new ArrayList<>();
  private final IdentityProviderModel provider = new IdentityProviderModel();
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
  private final KeycloakSession session =
      Stub.of(KeycloakSession.class, Map.of("getContext", a -> context, "users", a -> users));

  /** As Keycloak does: users of other stores come last, and never by their link. */
  private Stream<UserModel> search(Object by, int first, int max) {
    Object alias = ((Map<?, ?>) by).get(UserModel.IDP_ALIAS);
    List<UserModel> found =
        withAddress.stream()
            .filter(user -> alias == null || !user.getId().startsWith("f:"))
            .filter(user -> alias == null || alias.equals(aliases.get(user.getId())))
            .skip(first)
            .limit(max)
            .toList();
    lookUps++;
    read += found.size();
    return found.stream();
  }

  private @Nullable FederatedIdentityModel link(UserModel user, String alias) {
    lookUps++;
    return alias.equals(aliases.get(user.getId()))
        ? new FederatedIdentityModel(alias, "sub-" + user.getId(), null)
        : null;
  }

  private void haveTheAddress(String prefix, int count) {
    for (int i = 0; i < count; i++) {
      String id = prefix + i;
      withAddress.add(Stub.of(UserModel.class, Map.of("getId", a -> id)));
    }
  }

  private UserModel find() {
    provider.setAlias("okta");
    IssuerCallers issuers = new IssuerCallers(session, "https://kc.example/realms/r");
    return new SubjectUsers(session, "https://kc.example/realms/r", issuers)
        .find(NOREPLY, new Caller.Issuer(provider));
  }

  private void assertRejected(int status) {
    assertThatThrownBy(this::find)
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

  @Test
  void withAnotherStoreTheSearchEndsToo() {
    stores.add(new ComponentModel());
    haveTheAddress("u", 50_000);
    assertRejected(404);
    assertThat(read).isEqualTo(SubjectUsers.MOST);
    assertThat(lookUps).isLessThanOrEqualTo(20);
  }
}
